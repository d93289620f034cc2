import type { AppointmentFilter } from '../../../src/contract/field-names.ts'
import { readDelivery } from '../../../src/events/event.ts'
import type { AppointmentRow } from '../../../src/rest/appointments/row.ts'
import { bypassingCache } from '../../../src/rest/pipe/pipe.ts'
import { eventBody } from '../../support/events.ts'
import { NOON, operationOf, startRest } from '../../support/rest.ts'
import { type ModelRow, startModelUpstream } from './model-upstream.ts'

export type Step =
  | { readonly do: 'elsewhere' | 'write'; readonly id: string; readonly change: Partial<ModelRow> }
  | { readonly do: 'attend'; readonly id: string }
  | { readonly do: 'deliver'; readonly nth: number; readonly isRepeated: boolean }
  | { readonly do: 'lose'; readonly nth: number }
  | { readonly do: 'read'; readonly what: number; readonly isHeld: boolean }
  | { readonly do: 'release'; readonly nth: number }
  | { readonly do: 'wait'; readonly ms: number }

export interface Storm {
  readonly shows: 'summary' | 'full'
  readonly granularityMs: number
  readonly previous: 'whole' | 'none'
  readonly skewMs: number
  readonly steps: readonly Step[]
}

export const IDS = ['a', 'b', 'c', 'd']
export const PATIENTS = ['p', 'q']

const FILTERS: readonly AppointmentFilter[] = [
  {},
  { patientId: 'p' },
  { statuses: ['confirmed'] },
  { startsFrom: '2026-01-05T10:00:00Z', startsTo: '2026-01-05T12:00:00Z' },
  { patientId: 'q', statuses: ['cancelled'] },
]
/** Whole lists, and windows into them. */
const LISTS = FILTERS.flatMap((filter) => [
  { filter, window: { offset: 0, limit: 10 } },
  { filter, window: { offset: 1, limit: 1 } },
])
export const READS = LISTS.length + IDS.length

interface Pending {
  readonly body: Buffer
  readonly id: string
  /** No read can show that it was lost. */
  readonly isQuiet: boolean
}

/** Runs a storm, and returns a line for each promise that was broken. */
export async function runStorm({ previous, steps, ...model }: Storm): Promise<string[]> {
  const faults: string[] = []
  let now = NOON
  const tick = (ms = 1) => {
    now += ms
  }
  await using upstream = await startModelUpstream({ ...model, now: () => now })
  for (const id of IDS) upstream.change(id, { hour: 9 + IDS.indexOf(id) })
  // Answers are kept for an hour, whatever is known of the events: what is forgotten, the events make it forget.
  await using rest = startRest(upstream.url, {
    now: () => now,
    cacheTtlMs: 3_600_000,
    timeoutMs: 60_000,
    events: {
      accounts: ['x'],
      fedTtlMs: 3_600_000,
      silentMs: 3_600_000,
      onFeedState: () => {},
      onFound: () => {},
    },
  })
  const by = operationOf('x')
  const pending: Pending[] = []
  const lost = new Set<string>()
  const reading: Promise<unknown>[] = []

  /** The versions that a subscriber has been shown, and those that it has to read for itself. */
  const shown = new Map<string, number>()
  const toRead = new Set<string>()
  const { stop } = await rest.changes.follow(undefined, by, {
    lost() {},
    change: ({ now: row }) => {
      if (row.title == null) {
        toRead.add(row.id)
        return
      }
      const version = Number(row.title)
      if (version < (shown.get(row.id) ?? 0)) faults.push(`${row.id} went back to ${version}`)
      shown.set(row.id, version)
      toRead.delete(row.id)
    },
  })

  function emit(id: string, before: ModelRow | null, isQuiet = false): void {
    const object = upstream.show(upstream.rows.get(id) as ModelRow)
    const body = eventBody({
      type: before === null ? 'appointment.created' : 'appointment.updated',
      created_at: new Date(now).toISOString(),
      object,
      ...(previous === 'whole' && { previous: before && upstream.show(before) }),
    })
    pending.push({ body: Buffer.from(body), id, isQuiet })
  }

  async function deliver({ body, id }: Pending): Promise<void> {
    const event = readDelivery(body)?.event
    if (typeof event !== 'object') throw new Error(`The model's event of ${id} is unreadable`)
    await rest.coherence.takeEvent('x', event)
  }

  function readAt(what: number, as = operationOf('x')): Promise<readonly AppointmentRow[]> {
    const asked = LISTS[what]
    if (asked !== undefined)
      return rest.appointments
        .list(asked.filter, asked.window, as)
        .then(({ rows }) => rows as readonly AppointmentRow[])
    const id = IDS[what - LISTS.length] as string
    return rest.appointments.retrieve(id, as).then(({ row }) => [row])
  }

  async function take(step: Step): Promise<void> {
    switch (step.do) {
      case 'elsewhere':
        emit(step.id, upstream.change(step.id, step.change))
        return
      case 'attend':
        emit(step.id, upstream.attend(step.id), true)
        return
      case 'write': {
        const before = upstream.rows.get(step.id) ?? null
        await rest.appointments.update(step.id, { patientId: step.change.patient ?? 'p' }, by)
        emit(step.id, before)
        return
      }
      case 'deliver': {
        const event = pending[step.nth % pending.length]
        if (event === undefined) return
        if (!step.isRepeated) pending.splice(pending.indexOf(event), 1)
        return deliver(event)
      }
      case 'lose': {
        const event = pending[step.nth % Math.max(1, pending.length)]
        if (event === undefined || event.isQuiet) return
        pending.splice(pending.indexOf(event), 1)
        lost.add(event.id)
        return
      }
      case 'read': {
        const holding = upstream.held()
        const as = operationOf('x')
        if (step.isHeld) upstream.hold()
        const read = readAt(step.what, as)
        reading.push(read)
        let isSettled = false
        const settle = () => {
          isSettled = true
        }
        read.then(settle, settle)
        // What the cache answers, or another read in flight, asks the upstream nothing.
        const isAsking = as.ledger.exchanges > 0
        if (!step.isHeld || !isAsking) upstream.letGo()
        if (!step.isHeld && as.ledger.joined === 0) await read
        while (step.isHeld && isAsking && !isSettled && upstream.held() === holding) await turn()
        return
      }
      case 'release':
        if (upstream.held() > 0) await upstream.release(step.nth)
        return
      case 'wait':
        return tick(step.ms)
    }
  }

  // A loss is found where a read shows another state than the one before, so that each appointment has to be seen once.
  await readAt(0)
  for (const step of steps) {
    tick()
    await take(step)
  }
  while (upstream.held() > 0) await upstream.release(0)
  await Promise.all(reading)
  for (const event of pending.splice(0)) {
    tick()
    await deliver(event)
  }
  tick()
  // What was lost becomes known by a read.
  for (const id of lost) await rest.appointments.retrieve(id, bypassingCache(by))

  for (const id of IDS) {
    const version = upstream.rows.get(id)?.version ?? 0
    const isKnown = toRead.has(id) || !shown.has(id) || shown.get(id) === version
    if (!isKnown) faults.push(`the subscriber was left with ${id} as of ${shown.get(id)}, not ${version}`)
  }
  for (let what = 0; what < READS; what += 1) {
    const name = what < LISTS.length ? JSON.stringify(LISTS[what]) : IDS[what - LISTS.length]
    const fresh = await freshAt(what)
    const cached = (await readAt(what)).map((row) => nameOf(row, row.attendanceStatus)).join()
    if (cached !== fresh) faults.push(`${name} is cached as ${cached}, not ${fresh}`)
  }
  stop()
  return faults

  async function freshAt(what: number): Promise<string> {
    const target =
      what < LISTS.length
        ? listTarget(LISTS[what] as (typeof LISTS)[number])
        : `/appointments/${IDS[what - LISTS.length]}`
    const { data } = (await (await fetch(upstream.url + target)).json()) as { data: unknown }
    const rows = (Array.isArray(data) ? data : [data]) as Record<string, string>[]
    return rows.map((row) => nameOf(row, row.attendance_status)).join()
  }
}

function nameOf(
  { id, title }: { readonly id?: unknown; readonly title?: unknown },
  attendance: unknown,
): string {
  return `${id}${title}${attendance ?? ''}`
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function listTarget({ filter, window }: (typeof LISTS)[number]): string {
  const query = new URLSearchParams({ limit: String(window.limit), offset: String(window.offset) })
  if (filter.patientId !== undefined) query.set('patient_id', filter.patientId)
  if (filter.statuses !== undefined) query.set('status_in', filter.statuses.join())
  if (filter.startsFrom !== undefined) query.set('date_gte', filter.startsFrom)
  if (filter.startsTo !== undefined) query.set('date_lte', filter.startsTo)
  return `/appointments?${query}`
}
