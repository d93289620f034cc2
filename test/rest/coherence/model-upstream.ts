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
  readonly updatedAt: number
}

export interface ModelOptions {
  /** What lists and events show. */
  readonly shows: 'summary' | 'full'
  /** How finely `updated_at` counts, in milliseconds. */
  readonly granularityMs: number
  readonly now: () => number
  /** How far the clock of its answers is ahead of that of its events, in milliseconds. */
  readonly skewMs: number
}

export interface ModelUpstream extends AsyncDisposable {
  readonly url: string
  readonly rows: ReadonlyMap<string, ModelRow>
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

/** A small upstream over real HTTP: it lists, retrieves and updates, and its answers can be held back. */
export async function startModelUpstream({
  shows,
  granularityMs,
  now,
  skewMs,
}: ModelOptions): Promise<ModelUpstream> {
  const rows = new Map<string, ModelRow>()
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
      updatedAt: 0,
    }
    const updatedAt = Math.floor(now() / granularityMs) * granularityMs
    rows.set(id, { ...(before ?? start), ...parts, version: (before?.version ?? 0) + 1, updatedAt })
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

  function show({ id, patient, status, hour, version, updatedAt }: ModelRow): Record<string, unknown> {
    const start = Date.parse('2026-01-05T00:00:00Z') + hour * 3_600_000
    const summary = {
      id,
      patient_id: patient,
      title: String(version),
      start_time: new Date(start).toISOString(),
      end_time: new Date(start + 1_800_000).toISOString(),
      status,
      created_at: '2026-01-01T00:00:00Z',
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
      .sort((a, b) => a.hour - b.hour || (a.id < b.id ? -1 : 1))
    const data = found.slice(offset, offset + limit).map(show)
    return { data, meta: { limit, has_more: found.length > offset + limit, next_offset: null } }
  }

  function headers(): Record<string, string> {
    return { 'content-type': 'application/json', date: new Date(now() + skewMs).toUTCString() }
  }

  const upstream = await startScriptedUpstream(({ line, body }) => {
    const [method = '', target = ''] = line.split(' ')
    const { pathname, searchParams } = new URL(target, 'http://model')
    const id = pathname.split('/')[2]
    if (method === 'PATCH' && id !== undefined) {
      const { patient_id } = JSON.parse(body) as { patient_id: string }
      change(id, { patient: patient_id })
      return { headers: headers(), body: { data: show(rows.get(id) as ModelRow), meta: {} } }
    }
    const row = id === undefined ? undefined : rows.get(id)
    const answer = id === undefined ? list(searchParams) : { data: row && showWhole(row), meta: {} }
    if (!isHolding) return { headers: headers(), body: answer }
    isHolding = false
    return (response: ServerResponse) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.push({
        send: () => {
          if (response.destroyed) return resolve()
          response.on('close', () => resolve())
          response.writeHead(200, headers()).end(JSON.stringify(answer))
        },
        sent: promise,
      })
    }
  })

  return {
    url: upstream.url,
    rows,
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
