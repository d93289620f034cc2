import type { SandboxOptions } from '../../../src/sandbox/server.ts'
import { type ProxiedSandbox, startProxiedSandbox } from './upstream.ts'

/** A list of about 600 rows that other clients change through the REST API. */
export interface DriftingList extends AsyncDisposable {
  readonly upstream: ProxiedSandbox
  /** The `AppointmentFilter` that selects the list. */
  readonly filter: object
  /** Starts to observe the list, and returns the ids of its rows. */
  begin(): Promise<ReadonlySet<string>>
  /** The ids of rows that were in the list at some time since `begin` and never left it or moved. */
  readonly stayed: ReadonlySet<string>
  /** Does this many random inserts, removals, moves and edits. */
  change(times: number): Promise<void>
}

const NOW = Date.parse('2026-01-05T08:00:00Z')
const DAY_MS = 86_400_000
/** The filter ends here: a row that moves past this time leaves the list, as a cancelled one does. */
const LAST = new Date(NOW + 60 * DAY_MS)
const STATUSES = ['pending_approval', 'pending', 'confirmed', 'scheduled', 'completed', 'no_show']
const OPEN = STATUSES.slice(0, 4)

interface ListedRow {
  readonly id: string
  readonly status: string
}

/** About a tenth of the sample rows are cancelled and therefore not in the list. */
const SEED = 660

export async function startDriftingList(
  order: NonNullable<SandboxOptions['order']>,
  random: () => number,
): Promise<DriftingList> {
  let clock = NOW
  const upstream = await startProxiedSandbox({ seed: SEED, order, clock: () => new Date(clock) })
  const rows = new Map<string, ListedRow>()
  const stayed = new Set<string>()
  const below = (bound: number) => Math.floor(random() * bound)

  const isOrderedByStart = order !== 'created_desc'

  function someRow(): ListedRow {
    const row = [...rows.values()][below(rows.size)]
    if (row === undefined) throw new Error('The list is empty')
    return row
  }

  /** Random to the second, so that two rows rarely start at the same time. */
  function someTimes() {
    const start = NOW + (below(42 * 86_400) - 21 * 86_400) * 1_000
    return timesFrom(start)
  }

  const changes = {
    async insert() {
      clock = NOW - below(20 * 86_400) * 1_000
      const visit = { title: 'Inserted', status: 'confirmed', ...someTimes() }
      const { data } = await upstream.rest('POST', '/appointments', visit)
      rows.set(data.id, data)
      stayed.add(data.id)
    },
    async remove() {
      const { id, status } = someRow()
      if (OPEN.includes(status)) await upstream.rest('POST', `/appointments/${id}/cancel`, {})
      else await upstream.rest('PATCH', `/appointments/${id}`, timesFrom(LAST.getTime() + DAY_MS))
      rows.delete(id)
      stayed.delete(id)
    },
    async move() {
      const { id } = someRow()
      await upstream.rest('PATCH', `/appointments/${id}`, someTimes())
      if (isOrderedByStart) stayed.delete(id)
    },
    async edit() {
      const { id } = someRow()
      await upstream.rest('PATCH', `/appointments/${id}`, { title: `Edited ${below(1_000)}` })
    },
  }
  const kinds = [changes.insert, changes.remove, changes.move, changes.edit]

  return {
    upstream,
    filter: {
      status: STATUSES.map((status) => status.toUpperCase()),
      startTime: { lte: LAST.toISOString() },
    },
    async begin() {
      rows.clear()
      stayed.clear()
      for (let hasMore = true; hasMore; ) {
        const query = `status_in=${STATUSES.join()}&date_lte=${LAST.toISOString()}&limit=100&offset=${rows.size}`
        const { data, meta } = await upstream.rest('GET', `/appointments?${query}`)
        for (const row of data) rows.set(row.id, row)
        hasMore = meta.has_more
      }
      for (const id of rows.keys()) stayed.add(id)
      return new Set(rows.keys())
    },
    stayed,
    async change(times) {
      for (let left = times; left > 0; left--) await kinds[below(kinds.length)]?.()
    },
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  }
}

function timesFrom(start: number) {
  return { start_time: new Date(start).toISOString(), end_time: new Date(start + 900_000).toISOString() }
}
