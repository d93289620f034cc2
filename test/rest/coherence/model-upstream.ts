import type { ServerResponse } from 'node:http'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'

/** An appointment of the model. Its title is the version, which grows with `change`, and not with `move` or `attend`. */
export interface ModelRow {
  readonly id: string
  readonly patient: string
  readonly clinician: string
  readonly status: 'confirmed' | 'cancelled'
  /** An hour of the day. */
  readonly hour: number
  readonly version: number
  /** Counts the changes that neither lists nor events contain. */
  readonly attendance: number
  readonly createdAt: number
  readonly updatedAt: number
}

/** The order of the model's lists. */
export type ModelOrder = 'start' | 'created' | 'hidden'

export interface ModelOptions {
  /** The fields in lists and events; `mixed`: seven in lists, and more in events. */
  readonly shows: 'summary' | 'full' | 'mixed'
  /** The fields in the answer to an update: seven, the same with `updated_at`, or all. */
  readonly answers: 'summary' | 'dated' | 'whole'
  /** Whether the `Date` of an answer is that of the start of the work, or of its end. */
  readonly dates: 'start' | 'end'
  readonly order: ModelOrder
  /** The resolution of `updated_at`, in milliseconds. */
  readonly granularityMs: number
  readonly now: () => number
  /** How far the clock of answers is ahead of the clock of events, in milliseconds. */
  readonly skewMs: number
}

export interface ModelUpstream extends AsyncDisposable {
  readonly url: string
  readonly rows: ReadonlyMap<string, ModelRow>
  /** All versions of an appointment so far, oldest first. */
  historyOf(id: string): readonly ModelRow[]
  /** Changes an appointment, or creates it, and returns its state before. */
  change(id: string, change: Partial<ModelRow>): ModelRow | null
  /** Moves it to another clinician: no row of a list contains that. */
  move(id: string): ModelRow | null
  /** Changes a field that neither lists nor events contain. */
  attend(id: string): ModelRow | null
  /** Delays the answer to the next request; it has the state of when the request arrives. */
  hold(): void
  /** Takes `hold` back. */
  letGo(): void
  /** Sends one of the delayed answers. */
  release(nth: number): Promise<void>
  readonly held: () => number
  /** The appointment as an event contains it. */
  show(row: ModelRow): Record<string, unknown>
}

/** Compares two rows in each order: negative where the first precedes. */
export const MODEL_ORDERS: Readonly<Record<ModelOrder, (a: ModelRow, b: ModelRow) => number>> = {
  start: (a, b) => a.hour - b.hour || byId(a, b),
  created: (a, b) => b.createdAt - a.createdAt || byId(a, b),
  hidden: (a, b) => scramble(a) - scramble(b),
}

function byId(a: ModelRow, b: ModelRow): number {
  return a.id < b.id ? -1 : 1
}

/** A place that no visible field explains, and that moves with each change, also with one that no list contains. */
function scramble({ id, version, attendance }: ModelRow): number {
  return ((id.charCodeAt(0) * 31 + version * 17 + attendance * 13) * 7919) % 1009
}

/** A small upstream over real HTTP: it lists, retrieves, creates, updates and cancels, and a test can delay its answers. */
export async function startModelUpstream({
  shows,
  answers,
  dates,
  order,
  granularityMs,
  now,
  skewMs,
}: ModelOptions): Promise<ModelUpstream> {
  const rows = new Map<string, ModelRow>()
  const histories = new Map<string, ModelRow[]>()
  let waiting: { send: () => void; sent: Promise<unknown> }[] = []
  let isHolding = false

  function change(id: string, parts: Partial<ModelRow>): ModelRow | null {
    const before = rows.get(id) ?? null
    const start: ModelRow = {
      id,
      patient: 'p',
      clinician: 'c',
      status: 'confirmed',
      hour: 9,
      version: 0,
      attendance: 0,
      createdAt: now(),
      updatedAt: 0,
    }
    const updatedAt = Math.floor(now() / granularityMs) * granularityMs
    const row = { ...(before ?? start), ...parts, version: (before?.version ?? 0) + 1, updatedAt }
    rows.set(id, row)
    histories.set(id, [...(histories.get(id) ?? []), row])
    return before
  }

  /** Changes an appointment without a new version, and so without a new title. */
  function touch(id: string, parts: (row: ModelRow) => Partial<ModelRow>): ModelRow | null {
    const before = rows.get(id) ?? null
    if (before === null) return null
    const updatedAt = Math.floor(now() / granularityMs) * granularityMs
    const row = { ...before, ...parts(before), updatedAt }
    rows.set(id, row)
    histories.get(id)?.push(row)
    return before
  }

  const attend = (id: string) => touch(id, ({ attendance }) => ({ attendance: attendance + 1 }))
  const move = (id: string) => touch(id, ({ clinician }) => ({ clinician: clinician === 'c' ? 'd' : 'c' }))

  function showWhole(row: ModelRow): Record<string, unknown> {
    return { ...showMore(row), attendance_status: String(row.attendance) }
  }

  function showSummary({ id, patient, status, hour, version, createdAt }: ModelRow) {
    return {
      id,
      patient_id: patient,
      title: String(version),
      start_time: startOf(hour),
      end_time: new Date(Date.parse(startOf(hour)) + 1_800_000).toISOString(),
      status,
      created_at: new Date(createdAt).toISOString(),
    }
  }

  function showMore(row: ModelRow) {
    const updated_at = new Date(row.updatedAt).toISOString()
    return { ...showSummary(row), clinician_profile_id: row.clinician, location_id: null, updated_at }
  }

  function showAnswer(row: ModelRow): Record<string, unknown> {
    const { updated_at } = showMore(row)
    if (answers === 'whole') return showWhole(row)
    return { ...showSummary(row), ...(answers === 'dated' && { updated_at }) }
  }

  const showRow = shows === 'full' ? showMore : showSummary
  const show = shows === 'summary' ? showSummary : showMore

  function list(query: URLSearchParams): object {
    const limit = Number(query.get('limit'))
    const offset = Number(query.get('offset'))
    const statuses = (query.get('status_in') ?? query.get('status'))?.split(',')
    const found = [...rows.values()]
      .filter(({ patient }) => !query.has('patient_id') || query.get('patient_id') === patient)
      .filter(({ clinician }) => !query.has('clinician_id') || query.get('clinician_id') === clinician)
      .filter(({ status }) => statuses?.includes(status) ?? true)
      .filter(({ hour }) => isWithin(startOf(hour), query))
      .sort(MODEL_ORDERS[order])
    const data = found.slice(offset, offset + limit).map(showRow)
    return { data, meta: { limit, has_more: found.length > offset + limit, next_offset: null } }
  }

  /** The answer to a write, as the reference documents it: to a create with the fields of a row, to a cancel with three. */
  function write(method: string, id: string | undefined, isCancel: boolean, body: string): object {
    const { title, patient_id, clinician_profile_id, start_time, attendance_status } = JSON.parse(body)
    // A create has the id in its title.
    const written = id ?? String(title)
    if (attendance_status !== undefined) attend(written)
    else
      change(written, {
        ...(patient_id !== undefined && { patient: patient_id }),
        ...(clinician_profile_id !== undefined && { clinician: clinician_profile_id }),
        ...(start_time !== undefined && { hour: new Date(start_time).getUTCHours() }),
        ...(isCancel && { status: 'cancelled' as const }),
      })
    const row = rows.get(written) as ModelRow
    const { status } = row
    if (isCancel) return { data: { id, status, cancellation_reason: null }, meta: {} }
    return { data: method === 'PATCH' ? showAnswer(row) : showSummary(row), meta: {} }
  }

  function answerOf(method: string, target: string, body: string): { status: number; body: object } {
    const { pathname, searchParams } = new URL(target, 'http://model')
    const [, , id, action] = pathname.split('/')
    if (method !== 'GET') return { status: 200, body: write(method, id, action === 'cancel', body) }
    if (id === undefined) return { status: 200, body: list(searchParams) }
    const row = rows.get(id)
    if (row === undefined)
      return { status: 404, body: { data: null, error: { code: 'NOT_FOUND', message: '-' } } }
    return { status: 200, body: { data: showWhole(row), meta: {} } }
  }

  const upstream = await startScriptedUpstream(({ line, body }) => {
    const [method = '', target = ''] = line.split(' ')
    const begunAt = now()
    const answer = answerOf(method, target, body)
    const headers = () => ({
      'content-type': 'application/json',
      date: new Date((dates === 'start' ? begunAt : now()) + skewMs).toUTCString(),
    })
    if (!isHolding) return { ...answer, headers: headers() }
    isHolding = false
    return (response: ServerResponse) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.push({
        send: () => {
          if (response.destroyed) return resolve()
          response.on('close', () => resolve())
          response.writeHead(answer.status, headers()).end(JSON.stringify(answer.body))
        },
        sent: promise,
      })
    }
  })

  return {
    url: upstream.url,
    rows,
    historyOf: (id) => histories.get(id) ?? [],
    change,
    move,
    attend,
    hold: () => {
      isHolding = true
    },
    letGo: () => {
      isHolding = false
    },
    async release(nth) {
      const released = waiting[nth % waiting.length]
      waiting = waiting.filter((each) => each !== released)
      released?.send()
      await released?.sent
    },
    held: () => waiting.length,
    show,
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  }
}

export function startOf(hour: number): string {
  return new Date(Date.parse('2026-01-05T00:00:00Z') + hour * 3_600_000).toISOString()
}

function isWithin(startTime: string, query: URLSearchParams): boolean {
  const start = Date.parse(startTime)
  const from = query.get('date_gte')
  const to = query.get('date_lte')
  return !(from !== null && start < Date.parse(from)) && !(to !== null && start > Date.parse(to))
}
