import type { ServerResponse } from 'node:http'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'

/** An appointment of the model. Its version is its title, and grows with each change. */
export interface ModelRow {
  readonly id: string
  readonly patient: string
  readonly status: 'confirmed' | 'cancelled'
  /** An hour of the day. */
  readonly hour: number
  readonly version: number
  /** Grows with changes that no list and no event shows. */
  readonly attendance: number
  readonly createdAt: number
  readonly updatedAt: number
}

/** What its lists are in the order of. */
export type ModelOrder = 'start' | 'created' | 'hidden'

export interface ModelOptions {
  /** What lists and events show. */
  readonly shows: 'summary' | 'full'
  readonly order: ModelOrder
  /** How finely `updated_at` counts, in milliseconds. */
  readonly granularityMs: number
  readonly now: () => number
  /** How far the clock of its answers is ahead of that of its events, in milliseconds. */
  readonly skewMs: number
}

export interface ModelUpstream extends AsyncDisposable {
  readonly url: string
  readonly rows: ReadonlyMap<string, ModelRow>
  /** All versions of an appointment so far, oldest first. */
  historyOf(id: string): readonly ModelRow[]
  /** Changes an appointment, or creates it, and returns it as it was. */
  change(id: string, change: Partial<ModelRow>): ModelRow | null
  /** Changes what neither a list nor an event shows. */
  attend(id: string): ModelRow | null
  /** The next read waits with its answer, which shows what is so when it is asked. */
  hold(): void
  /** It does not, after all. */
  letGo(): void
  /** Sends one of the answers that wait. */
  release(nth: number): Promise<void>
  readonly held: () => number
  show(row: ModelRow): Record<string, unknown>
}

/** Which of two rows a list shows first. */
export const MODEL_ORDERS: Readonly<Record<ModelOrder, (a: ModelRow, b: ModelRow) => number>> = {
  start: (a, b) => a.hour - b.hour || byId(a, b),
  created: (a, b) => b.createdAt - a.createdAt || byId(a, b),
  hidden: (a, b) => scramble(a) - scramble(b),
}

function byId(a: ModelRow, b: ModelRow): number {
  return a.id < b.id ? -1 : 1
}

/** It depends on nothing that can be seen, and changes with each change. */
function scramble({ id, version }: ModelRow): number {
  return ((id.charCodeAt(0) * 31 + version * 17) * 7919) % 1009
}

/** A small upstream over real HTTP: it lists, retrieves, creates, updates and cancels, and its answers can be held back. */
export async function startModelUpstream({
  shows,
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

  function attend(id: string): ModelRow | null {
    const before = rows.get(id) ?? null
    const updatedAt = Math.floor(now() / granularityMs) * granularityMs
    if (before !== null) rows.set(id, { ...before, attendance: before.attendance + 1, updatedAt })
    return before
  }

  function showWhole(row: ModelRow): Record<string, unknown> {
    return { ...show(row), attendance_status: String(row.attendance) }
  }

  function show({ id, patient, status, hour, version, createdAt, updatedAt }: ModelRow) {
    const start = Date.parse('2026-01-05T00:00:00Z') + hour * 3_600_000
    const summary = {
      id,
      patient_id: patient,
      title: String(version),
      start_time: new Date(start).toISOString(),
      end_time: new Date(start + 1_800_000).toISOString(),
      status,
      created_at: new Date(createdAt).toISOString(),
    }
    if (shows === 'summary') return summary
    return { ...summary, location_id: null, updated_at: new Date(updatedAt).toISOString() }
  }

  function list(query: URLSearchParams): object {
    const limit = Number(query.get('limit'))
    const offset = Number(query.get('offset'))
    const statuses = (query.get('status_in') ?? query.get('status'))?.split(',')
    const found = [...rows.values()]
      .filter(({ patient }) => !query.has('patient_id') || query.get('patient_id') === patient)
      .filter(({ status }) => statuses?.includes(status) ?? true)
      .filter((row) => isWithin(String(show(row).start_time), query))
      .sort(MODEL_ORDERS[order])
    const data = found.slice(offset, offset + limit).map(show)
    return { data, meta: { limit, has_more: found.length > offset + limit, next_offset: null } }
  }

  /** The answer to a write, as the reference has it: a create shows the fields of a row, a cancel three. */
  function write(method: string, id: string | undefined, isCancel: boolean, body: string): object {
    const { title, patient_id } = JSON.parse(body) as { title?: string; patient_id?: string }
    // The model's creates carry the id in the title.
    const written = id ?? String(title)
    change(written, {
      ...(patient_id !== undefined && { patient: patient_id }),
      ...(isCancel && { status: 'cancelled' as const }),
    })
    const row = rows.get(written) as ModelRow
    const { status } = row
    if (isCancel) return { data: { id, status, cancellation_reason: null }, meta: {} }
    return { data: method === 'PATCH' ? showWhole(row) : show(row), meta: {} }
  }

  function headers(): Record<string, string> {
    return { 'content-type': 'application/json', date: new Date(now() + skewMs).toUTCString() }
  }

  const upstream = await startScriptedUpstream(({ line, body }) => {
    const [method = '', target = ''] = line.split(' ')
    const { pathname, searchParams } = new URL(target, 'http://model')
    const [, , id, action] = pathname.split('/')
    if (method !== 'GET') return { headers: headers(), body: write(method, id, action === 'cancel', body) }
    const row = id === undefined ? undefined : rows.get(id)
    const answer = id === undefined ? list(searchParams) : { data: row && showWhole(row), meta: {} }
    const isThere = id === undefined || row !== undefined
    const found = isThere ? answer : { data: null, error: { code: 'NOT_FOUND', message: '-' } }
    const status = isThere ? 200 : 404
    if (!isHolding) return { status, headers: headers(), body: found }
    isHolding = false
    return (response: ServerResponse) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.push({
        send: () => {
          if (response.destroyed) return resolve()
          response.on('close', () => resolve())
          response.writeHead(status, headers()).end(JSON.stringify(found))
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

function isWithin(startTime: string, query: URLSearchParams): boolean {
  const start = Date.parse(startTime)
  const from = query.get('date_gte')
  const to = query.get('date_lte')
  return !(from !== null && start < Date.parse(from)) && !(to !== null && start > Date.parse(to))
}
