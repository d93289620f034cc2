import type { AppointmentFilter } from '../../../src/contract/field-names.ts'
import { readDelivery } from '../../../src/events/event.ts'
import type { AppointmentChanges } from '../../../src/rest/appointments/appointments.ts'
import type { AppointmentRow } from '../../../src/rest/appointments/row.ts'
import { isNotFound } from '../../../src/rest/errors.ts'
import type { Operation } from '../../../src/rest/pipe/pipe.ts'
import { eventBody } from '../../support/events.ts'
import { NOON, operationOf, startRest } from '../../support/rest.ts'
import { createJudge, isIn } from './judge.ts'
import {
  MODEL_ORDERS,
  type ModelOptions,
  type ModelRow,
  startModelUpstream,
  startOf,
} from './model-upstream.ts'
import { createNaiveOverlay } from './naive-overlay.ts'

export type Step =
  | { readonly do: 'elsewhere'; readonly id: string; readonly change: Partial<ModelRow> }
  | { readonly do: 'attend' | 'move'; readonly id: string }
  | ({ readonly do: 'write'; readonly id: string; readonly change: Partial<ModelRow> } & Written)
  | ({ readonly do: 'cancel'; readonly id: string } & Written)
  | ({ readonly do: 'book' } & Written)
  | { readonly do: 'deliver'; readonly nth: number; readonly isRepeated: boolean }
  | { readonly do: 'lose'; readonly nth: number }
  | { readonly do: 'read'; readonly what: number; readonly isHeld: boolean }
  | { readonly do: 'release'; readonly nth: number }
  | { readonly do: 'wait'; readonly ms: number }

interface Written {
  /** Whether the answer is delayed until a later step. */
  readonly isHeld: boolean
}

export interface Storm extends Omit<ModelOptions, 'now'> {
  readonly previous: 'whole' | 'none'
  /** Whether the upstream sends events of the gateway's own writes. */
  readonly echoes: boolean
  /** The time between two steps, in milliseconds. */
  readonly stepMs: number
  readonly steps: readonly Step[]
}

export interface Outcome {
  /** A line for each broken guarantee. */
  readonly faults: readonly string[]
  /** The number of wrong cached answers before the sweep. */
  readonly wrongBeforeRepair: number
  /** Whether the naive overlay ended with a wrong list. */
  readonly isNaiveWrong: boolean
  /** The reads that patched a cached list. */
  readonly patched: number
}

/** The last two do not exist at first. */
export const IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
const FIRST = 6
export const PATIENTS = ['p', 'q']
export const CLINICIANS = ['c', 'd']
/** The patient of appointments that never change. Their list proves the order of the upstream's lists. */
const STILL = 'z'

const FILTERS: readonly AppointmentFilter[] = [
  { startsTo: '2026-01-05T13:30:00Z' },
  { clinicianId: 'd' },
  { patientId: 'p' },
  { statuses: ['confirmed'] },
  { startsFrom: '2026-01-05T10:00:00Z', startsTo: '2026-01-05T12:00:00Z' },
  { patientId: 'q', statuses: ['cancelled'] },
]
/** Complete lists, and parts of them. */
const LISTS = [
  ...FILTERS.map((filter) => ({ filter, window: { offset: 0, limit: 10 } })),
  ...FILTERS.slice(0, 2).map((filter) => ({ filter, window: { offset: 1, limit: 1 } })),
]
export const READS = LISTS.length + IDS.length

interface Pending {
  readonly body: Buffer
  readonly row: ModelRow
  /** Whether no row of a list would reveal its loss. */
  readonly isQuiet: boolean
}

/** Runs a storm over the real cache and real HTTP. A sweep of the watched lists finds lost events. */
export async function runStorm({ previous, echoes, stepMs, steps, ...model }: Storm): Promise<Outcome> {
  const faults: string[] = []
  const operations: Operation[] = []
  function beginOperation(): Operation {
    const begun = operationOf('x')
    operations.push(begun)
    return begun
  }
  let now = NOON
  const tick = (ms = 1) => {
    now += ms
  }
  await using upstream = await startModelUpstream({ ...model, now: () => now })
  for (const id of IDS.slice(0, FIRST)) {
    upstream.change(id, { hour: 9 + (IDS.indexOf(id) % 5) })
    tick(10)
  }
  for (let nth = 0; nth < 18; nth += 1) {
    // In pairs, rows tie by their starts, or by their creation.
    const hour = 14 + Math.floor(((nth * 7) % 18) / 2)
    upstream.change(`${STILL}${nth}`, { hour, patient: STILL, status: 'cancelled' })
    tick((nth % 2) * 10)
  }
  // Answers are fresh for a day in every state of the feed: so only changes invalidate them.
  const keptMs = 86_400_000
  await using rest = startRest(upstream.url, {
    now: () => now,
    cacheTtlMs: keptMs,
    timeoutMs: 60_000,
    events: {
      accounts: ['x'],
      fedTtlMs: keptMs,
      silentMs: keptMs,
      reconcileMs: 300_000,
      onFeedState: () => {},
      onFound: () => {},
    },
  })
  const order = MODEL_ORDERS[model.order]
  // A hidden order may have changed since the read, so the judge accepts any.
  const seenOrder = model.order === 'hidden' ? () => 0 : order
  const judge = createJudge({ ids: IDS, historyOf: upstream.historyOf, order: seenOrder })
  const naive = createNaiveOverlay(upstream.rows, order)
  const by = beginOperation()
  const pending: Pending[] = []
  const reading: Promise<unknown>[] = []
  const writing: Promise<unknown>[] = []

  /** The versions that the subscriber has received, and the appointments that it has to read itself. */
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
  for (const filter of FILTERS) rest.changes.watch(filter, by)

  function emit(id: string, before: ModelRow | null, isQuiet = false): void {
    const row = upstream.rows.get(id)
    if (row === undefined) return
    const body = eventBody({
      type: before === null ? 'appointment.created' : 'appointment.updated',
      created_at: new Date(now).toISOString(),
      object: upstream.show(row),
      ...(previous === 'whole' && { previous: before && upstream.show(before) }),
    })
    pending.push({ body: Buffer.from(body), row, isQuiet })
  }

  async function deliver({ body, row }: Pending): Promise<void> {
    const event = readDelivery(body)?.event
    if (typeof event !== 'object') throw new Error(`The model's event of ${row.id} is unreadable`)
    await rest.coherence.receiveEvent('x', event)
    naive.apply(row)
    judge.know(row.id, row.version)
  }

  async function write(
    id: string,
    { isHeld }: Written,
    send: () => Promise<unknown>,
    isQuiet = false,
  ): Promise<void> {
    const before = upstream.rows.get(id) ?? null
    const holding = upstream.held()
    if (isHeld) upstream.hold()
    const sending = send()
    if (!isHeld) await sending
    while (isHeld && upstream.held() === holding) await turn()
    const row = upstream.rows.get(id) as ModelRow
    if (echoes) emit(id, before, isQuiet)
    const written = sending.then(() => {
      naive.apply(row)
      judge.know(id, row.version)
    })
    if (isHeld) writing.push(written)
    else await written
  }

  /** Undefined where the appointment does not exist. */
  async function readAt(what: number, as = beginOperation()): Promise<readonly AppointmentRow[]> {
    const asked = LISTS[what]
    if (asked === undefined) {
      const id = IDS[what - LISTS.length] as string
      const found = await rest.appointments.retrieve(id, as).catch((error: unknown) => {
        if (isNotFound(error)) return undefined
        throw error
      })
      return found === undefined ? [] : [found.row]
    }
    const { filter, window } = asked
    const settle = window.offset === 0 ? judge.begin(JSON.stringify(filter), filter) : undefined
    if (settle !== undefined) naive.read(filter)
    const page = await rest.appointments.list(filter, window, as)
    const rows = page.rows as readonly AppointmentRow[]
    faults.push(...(settle?.(rows.map(nameOf)) ?? []))
    return rows
  }

  async function take(step: Step): Promise<void> {
    switch (step.do) {
      case 'elsewhere':
        emit(step.id, upstream.change(step.id, step.change))
        return
      case 'attend':
        emit(step.id, upstream.attend(step.id), true)
        return
      case 'move':
        emit(step.id, upstream.move(step.id), true)
        return
      case 'write':
        if (upstream.rows.has(step.id)) {
          const changes = changesOf(step.change)
          const isQuiet = changes.attendanceStatus !== undefined
          await write(step.id, step, () => rest.appointments.update(step.id, changes, by), isQuiet)
        }
        return
      case 'cancel':
        if (upstream.rows.has(step.id))
          await write(step.id, step, () => rest.appointments.cancel(step.id, null, by))
        return
      case 'book': {
        const id = IDS.find((each) => !upstream.rows.has(each))
        if (id !== undefined)
          await write(id, step, () => rest.appointments.create({ title: id, patientId: 'q' }, id, by))
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
        if (event !== undefined && !event.isQuiet) pending.splice(pending.indexOf(event), 1)
        return
      }
      case 'read': {
        const holding = upstream.held()
        const as = beginOperation()
        if (step.isHeld) upstream.hold()
        const read = readAt(step.what, as)
        reading.push(read)
        let isSettled = false
        const settle = () => {
          isSettled = true
        }
        read.then(settle, settle)
        // A read that the cache answers, or that joins another in flight, sends no request.
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

  /** A line for each list and appointment whose cached state is not the upstream's. */
  async function wrongReads(): Promise<string[]> {
    const wrong: string[] = []
    for (let what = 0; what < READS; what += 1) {
      const name = what < LISTS.length ? JSON.stringify(LISTS[what]) : IDS[what - LISTS.length]
      const fresh = freshAt(what)
      const cached = (await readAt(what)).map(nameOf).join()
      if (cached !== fresh) wrong.push(`${name} is cached as ${cached}, not ${fresh}`)
    }
    return wrong
  }

  function freshAt(what: number): string {
    const asked = LISTS[what]
    if (asked === undefined) {
      const row = upstream.rows.get(IDS[what - LISTS.length] as string)
      return row === undefined ? '' : `${row.id}:${row.version} ${row.attendance}`
    }
    const { filter, window } = asked
    return listNow(filter)
      .slice(window.offset, window.offset + window.limit)
      .join()
  }

  function listNow(filter: AppointmentFilter): string[] {
    const rows = [...upstream.rows.values()].filter((row) => isIn(filter, row)).sort(order)
    return rows.map(({ id, version }) => `${id}:${version}`)
  }

  // A loss is found by comparison with an earlier read, so each list has to be read once.
  for (let what = 0; what < READS; what += 1) await readAt(what)
  await rest.appointments.list({ patientId: STILL }, { offset: 0, limit: 100 }, by)
  tick(5000)
  for (const step of steps) {
    tick(stepMs)
    await take(step)
  }
  while (upstream.held() > 0) await upstream.release(0)
  await Promise.all([...reading, ...writing])
  for (const event of pending.splice(0)) {
    tick()
    await deliver(event)
  }
  tick()
  const isNaiveWrong = FILTERS.some((filter) => naive.read(filter) !== listNow(filter).join())
  const wrong = await wrongReads()
  if (steps.some((step) => step.do === 'lose')) {
    // A sweep, which is due within the hour, finds the losses.
    tick(3_700_000)
    await rest.sweep()
    faults.push(...(await wrongReads()))
  } else faults.push(...wrong)
  for (const id of IDS) {
    const version = upstream.rows.get(id)?.version ?? 0
    const isKnown = toRead.has(id) || !shown.has(id) || shown.get(id) === version
    if (!isKnown) faults.push(`the subscriber was left with ${id} as of ${shown.get(id)}, not ${version}`)
  }
  stop()
  const patched = operations.reduce((sum, { ledger }) => sum + ledger.patched, 0)
  return { faults, wrongBeforeRepair: wrong.length, isNaiveWrong, patched }
}

/** An update of one field. */
function changesOf({ patient, clinician, hour, attendance }: Partial<ModelRow>): AppointmentChanges {
  if (patient !== undefined) return { patientId: patient }
  if (clinician !== undefined) return { clinicianId: clinician }
  if (hour !== undefined) return { startTime: startOf(hour), endTime: startOf(hour + 0.5) }
  return { attendanceStatus: String(attendance) }
}

/** The name of a row in faults: its id, its version, and its attendance, which only a complete appointment contains. */
function nameOf({ id, title, attendanceStatus }: AppointmentRow): string {
  return attendanceStatus === undefined ? `${id}:${title}` : `${id}:${title} ${attendanceStatus}`
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
