import type { AppointmentFilter } from '../../../src/contract/field-names.ts'
import { readDelivery } from '../../../src/events/event.ts'
import type { RestClientOptions } from '../../../src/rest/client.ts'
import type { LoggedChange } from '../../../src/shared/event-log.ts'
import { createMemory } from '../../../src/shared/memory.ts'
import type { Shared } from '../../../src/shared/shared.ts'
import { eventBody, eventObject } from '../../support/events.ts'
import { NOON, operationOf, startRest } from '../../support/rest.ts'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'

export const ALL: AppointmentFilter = {}
const PAGE = { offset: 0, limit: 100 }
export const MINUTE = 60_000
export const HOUR = 3_600_000

interface Options extends Pick<Partial<RestClientOptions>, 'shared'> {
  readonly ids?: readonly string[]
  /** The fields of its list rows, by the upstream's names; @default all. */
  readonly rowFields?: readonly string[]
}

/** An upstream whose appointments change without events, and a client that receives events. Its lists filter by clinician only. */
export async function startSilent({ ids = ['a', 'b'], rowFields, ...options }: Options = {}) {
  let now = NOON
  let remaining = 1000
  let isRefusing = false
  let onRequest = (_line: string) => {}
  const rows = new Map<string, object>(ids.map((id) => [id, eventObject(id)]))
  const rowOf = (row: object) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => rowFields?.includes(name) ?? true))
  const upstream = await startScriptedUpstream(({ line }) => {
    onRequest(line)
    const query = new URL(line.split(' ')[1] ?? '', 'http://upstream').searchParams
    const [offset, limit] = [Number(query.get('offset')), Number(query.get('limit'))]
    const id = /^GET \/appointments\/(\w+)$/.exec(line)?.[1]
    const clinician = query.get('clinician_id')
    const isListed = (row: object) =>
      clinician === null || ('clinician_profile_id' in row && row.clinician_profile_id === clinician)
    const all = [...rows.values()].filter(isListed)
    const row = id === undefined ? undefined : rows.get(id)
    const data = id === undefined ? all.slice(offset, offset + limit).map(rowOf) : row
    const isThere = data !== undefined
    if (isRefusing) return { status: 403, body: { data: null, error: { code: 'FORBIDDEN', message: '-' } } }
    return {
      status: isThere ? 200 : 404,
      headers: {
        date: new Date(now).toUTCString(),
        'x-ratelimit-limit': '1000',
        'x-ratelimit-remaining': String(remaining),
      },
      body: isThere
        ? { data, meta: { has_more: id === undefined && all.length > offset + limit } }
        : { data: null, error: { code: 'NOT_FOUND', message: '-' } },
    }
  })
  const rest = startRest(upstream.url, {
    now: () => now,
    cacheTtlMs: 10_000,
    events: {
      accounts: ['x'],
      fedTtlMs: HOUR,
      silentMs: 10 * HOUR,
      reconcileMs: 5 * MINUTE,
      onFeedState: () => {},
    },
    ...options,
  })
  const published: LoggedChange[] = []
  await rest.changes.follow(undefined, operationOf('x'), {
    change: (change) => void published.push(change),
    lost() {},
  })
  let swept = 0
  return {
    rest,
    rows,
    /** The changes that were published since the last call. */
    changes: () => published.splice(0),
    /** The same as texts: the source, the appointment, and its title if it is known. */
    published: () =>
      published.splice(0).map(({ source, now: row }) => `${source} ${row.id} ${row.title ?? '?'}`),
    pass: (ms: number) => {
      now += ms
    },
    /** Runs before each answer. */
    onRequest(run: (line: string) => void) {
      onRequest = run
    },
    refuse: (isOn: boolean) => {
      isRefusing = isOn
    },
    leave: (count: number) => {
      remaining = count
    },
    list: (filter = ALL) => rest.appointments.list(filter, PAGE, operationOf('x')),
    /** Sweeps, and returns the upstream requests of the sweep. */
    async sweep() {
      swept = upstream.requests.length
      await rest.sweep()
      return upstream.requests.slice(swept).map(({ line }) => line)
    },
    requests: () => upstream.requests.length,
    async deliver(object: object, parts: object = {}) {
      const event = readDelivery(
        Buffer.from(eventBody({ created_at: new Date(now).toISOString(), object, ...parts })),
      )?.event
      if (typeof event === 'object') await rest.coherence.receiveEvent('x', event)
    },
    async [Symbol.asyncDispose]() {
      await rest[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

export const WHOLE_LIST = 'GET /appointments?limit=100&offset=0'

/** An instant after the start, in the upstream's form. */
export const at = (ms: number) => new Date(NOON + ms).toISOString()

/** Shared state for several instances. */
export function openShared(now: () => number = () => NOON): Shared {
  const memory = createMemory({ monotonic: now })
  return { ...memory, notes: { ...memory.notes, areShared: true } }
}
