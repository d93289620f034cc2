import { hash, randomUUID } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { AppointmentFilter } from '../../contract/field-names.ts'
import { PAGE_LIMIT } from '../../contract/list.ts'
import { matches } from '../../events/filter.ts'
import type { Shared } from '../../shared/shared.ts'
import { FULL_ACCESS } from '../access.ts'
import { type Appointments, filterQuery } from '../appointments/appointments.ts'
import { narrow } from '../appointments/guard.ts'
import { readableFields } from '../appointments/row.ts'
import { type Clock, HOUR_MS } from '../clock.ts'
import { createAbortable } from '../ending.ts'
import { isNotFound, UpstreamError } from '../errors.ts'
import type { RateLimit } from '../exchange/quota.ts'
import { createLedger } from '../pipe/ledger.ts'
import { bypassingCache, type Operation } from '../pipe/pipe.ts'
import type { Coherence } from './coherence.ts'
import type { CompleteRead } from './list-reads.ts'
import type { Missing } from './memberships.ts'

export interface SweepsOptions {
  readonly appointments: Pick<Appointments, 'list' | 'retrieve'>
  readonly coherence: Coherence
  readonly shared: Pick<Shared, 'leases' | 'notes'>
  readonly rateLimit: (operation: Operation) => RateLimit | null
  readonly clock: Clock
  /** The time between two sweeps of a list while events can't be relied on, in milliseconds. */
  readonly reconcileMs: number
}

export interface Sweeps {
  /** The list is on a client's screen until the returned function is called. */
  watch(filter: AppointmentFilter, operation: Operation): () => void
  /** Reads the lists that are due. It never rejects. */
  sweep(): Promise<void>
  close(): void
}

interface WatchedList {
  readonly filter: AppointmentFilter
  readonly operation: Operation
  watchers: number
  /** When an instance last read it, on the monotonic clock. */
  sweptAt: number
  /** When this instance last tried to read it. */
  triedAt: number
  /** By id, the rows that were missing from the last read, and have not been read since. */
  readonly missing: Map<string, Missing>
  isTooLong: boolean
}

const NEVER = Number.NEGATIVE_INFINITY
const MAX_LISTS = 10_000
/** Of one list. A longer list is not swept: each sweep would read the same first pages, and never compare the list. */
const MAX_PAGES = 10
/** The missing rows of one list that one sweep reads. */
const MAX_MISSING = 10
const MAX_REQUESTS = MAX_PAGES + MAX_MISSING

/**
 * Reads watched lists past the cache from time to time, to find changes whose events were lost. It is background work: it uses
 * only the upper half of the quota, and one instance does it for all.
 */
export function createSweeps(options: SweepsOptions): Sweeps {
  const { appointments, coherence, shared, rateLimit, clock, reconcileMs } = options
  const lists = new LRUCache<string, WatchedList>({ max: MAX_LISTS })
  const holder = randomUUID()
  const closing = createAbortable()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined

  function intervalOf({ operation }: WatchedList): number {
    return coherence.isHealthy(operation.account) ? Math.max(HOUR_MS, reconcileMs) : reconcileMs
  }

  function hasQuota(operation: Operation): boolean {
    const quota = rateLimit(operation)
    return !closing.aborted && (quota === null || quota.remaining > quota.limit / 2)
  }

  function isDue(
    { watchers, isTooLong, sweptAt, triedAt, operation }: WatchedList,
    intervalMs: number,
  ): boolean {
    const now = clock.monotonic()
    return (
      watchers > 0 &&
      !isTooLong &&
      now - sweptAt >= intervalMs &&
      now - triedAt >= reconcileMs &&
      hasQuota(operation)
    )
  }

  /** Of several instances, the holder of the lease reads the list. Another one takes over when the lease expires. */
  async function sweepList(key: string, list: WatchedList): Promise<void> {
    const intervalMs = intervalOf(list)
    if (!isDue(list, intervalMs)) return
    list.triedAt = clock.monotonic()
    const { account, credential } = list.operation
    // After a start, the changes before it are unknown, however recently an earlier process has swept: so its lease does not count.
    const [kind, leaseMs] = list.sweptAt === NEVER ? ['start', reconcileMs] : [intervalMs, intervalMs]
    // The hash keeps ids and filters out of Redis.
    const lease = `sweep:${kind}:${hash('sha256', `${credential} ${key}`, 'base64url')}`
    const isMine = await shared.leases.take(account, lease, holder, leaseMs)
    const isDone = !isMine || (await readList(list).catch(() => false))
    if (isDone) list.sweptAt = list.triedAt
    else await shared.leases.release(account, lease, holder)
  }

  /** False where the list was not read to its end. */
  async function readList(list: WatchedList): Promise<boolean> {
    const { filter } = list
    const ledger = createLedger(MAX_REQUESTS)
    const operation = bypassingCache({ ...list.operation, requestId: randomUUID(), ledger })
    const requestedAt = clock.monotonic()
    const rows = []
    for (let nth = 0, hasMore = true; hasMore; nth += 1) {
      if (nth === MAX_PAGES) list.isTooLong = true
      if (list.isTooLong || !hasQuota(operation)) return false
      const page = await appointments.list(
        filter,
        { offset: nth * PAGE_LIMIT.max, limit: PAGE_LIMIT.max },
        operation,
      )
      for (const row of page.rows) if (!(row instanceof UpstreamError)) rows.push(readableFields(row))
      hasMore = page.hasMore && page.rows.length > 0
    }
    // The read observer has compared a single page. Between several pages, a row may have moved from one to another.
    if (rows.length <= PAGE_LIMIT.max) return true
    const read = { filter, rows, requestedAt, receivedAt: clock.monotonic(), isOneRequest: false }
    for (const missing of await coherence.compareList(operation.account, read))
      list.missing.set(missing.id, missing)
    await readMissing(list, read, operation)
    return true
  }

  /**
   * Reads the missing rows; the next sweep reads those that can't be read now. The read observer records the changes that such a
   * read proves by itself.
   */
  async function readMissing(
    { missing }: WatchedList,
    read: CompleteRead,
    operation: Operation,
  ): Promise<void> {
    const { account } = operation
    for (const [id, lost] of [...missing].slice(0, MAX_MISSING)) {
      if (!hasQuota(operation)) return
      missing.delete(id)
      try {
        const requestedAt = clock.monotonic()
        const { row } = await appointments.retrieve(id, operation)
        const fields = readableFields(row)
        const { filter } = read
        if (matches(filter, fields) === false)
          await coherence.recordLeft(account, fields, { filter, since: lost.since, requestedAt })
      } catch (error) {
        if (isNotFound(error)) await coherence.recordMissing(account, lost, read)
        else missing.set(id, lost)
      }
    }
  }

  async function sweepAll(): Promise<void> {
    // One after another, so that each sees how much of the quota is left.
    for (const [key, list] of [...lists.entries()]) await sweepList(key, list).catch(() => {})
  }

  /** A sweep that is still running when the next one is due replaces it. */
  function sweep(): Promise<void> {
    running ??= sweepAll().finally(() => {
      running = undefined
    })
    return running
  }

  function createList(filter: AppointmentFilter, operation: Operation): WatchedList {
    const missing = new Map<string, Missing>()
    return { filter, operation, watchers: 0, sweptAt: NEVER, triedAt: NEVER, missing, isTooLong: false }
  }

  function stopWhenIdle(): void {
    if ([...lists.values()].some(({ watchers }) => watchers > 0)) return
    clearInterval(timer)
    timer = undefined
  }

  return {
    watch(filter, { account, credential, access }) {
      const own = narrow(filter, access.narrowing)
      if (own === undefined || !coherence.hasEvents(account)) return () => {}
      const key = `${account} ${filterQuery(own)}`
      const operation = backgroundOperation(account, credential)
      const { areShared } = shared.notes
      // A shared log is older than this process, and may lack earlier changes: so the list counts as never swept.
      const list = lists.get(key) ?? createList(own, operation)
      // Without other instances, the client that begins to watch has just read the list through this one.
      if (list.watchers === 0 && !areShared) list.sweptAt = clock.monotonic()
      lists.set(key, list)
      list.watchers += 1
      timer ??= setInterval(() => void sweep(), Math.max(1000, reconcileMs / 10)).unref()
      return () => {
        list.watchers -= 1
        stopWhenIdle()
      }
    },
    sweep,
    close() {
      clearInterval(timer)
      closing.abort()
    },
  }

  function backgroundOperation(account: string, credential: string | null): Operation {
    return {
      credential,
      account,
      access: FULL_ACCESS,
      caller: account,
      view: account,
      requestId: randomUUID(),
      signal: closing,
      deadline: closing,
      ledger: createLedger(MAX_REQUESTS),
    }
  }
}
