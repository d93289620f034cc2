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
import type { Coherence, Missing } from './coherence.ts'
import type { WholeRead } from './windows.ts'

export interface SweepsOptions {
  readonly appointments: Pick<Appointments, 'list' | 'retrieve'>
  readonly coherence: Coherence
  readonly shared: Pick<Shared, 'leases' | 'notes'>
  readonly rateLimit: (operation: Operation) => RateLimit | null
  readonly clock: Clock
  /** Between two sweeps of a window while events can't be relied on, in milliseconds. */
  readonly reconcileMs: number
}

export interface Sweeps {
  /** Somebody has the list on a screen, until the returned function is called. */
  watch(filter: AppointmentFilter, by: Operation): () => void
  /** Reads what is due. It never rejects. */
  sweep(): Promise<void>
  close(): void
}

interface Window {
  readonly filter: AppointmentFilter
  readonly by: Operation
  watchers: number
  /** When this instance or another has last read it, on the monotonic clock. */
  sweptAt: number
  /** When this instance has last tried to. */
  triedAt: number
  /** By id, what it lacked in the last read, and was not asked for yet. */
  readonly missing: Map<string, Missing>
  isTooLong: boolean
}

const NEVER = Number.NEGATIVE_INFINITY
const MAX_WINDOWS = 10_000
/** Of one list. In a longer one, each sweep would read the same first pages, and never come to compare. */
const MAX_PAGES = 10
/** What is missing from one list, and asked for in one sweep. */
const MAX_MISSING = 10
const MAX_REQUESTS = MAX_PAGES + MAX_MISSING

/**
 * Reads the lists that somebody watches, past the cache, from time to time: what they show that no event told becomes
 * known. It is background work: it takes only from the upper half of the quota, and one instance does it for all.
 */
export function createSweeps(options: SweepsOptions): Sweeps {
  const { appointments, coherence, shared, rateLimit, clock, reconcileMs } = options
  const windows = new LRUCache<string, Window>({ max: MAX_WINDOWS })
  const holder = randomUUID()
  const closing = createAbortable()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined

  function intervalOf({ by }: Window): number {
    return coherence.isHealthy(by.account) ? Math.max(HOUR_MS, reconcileMs) : reconcileMs
  }

  function mayAsk(by: Operation): boolean {
    const quota = rateLimit(by)
    return !closing.aborted && (quota === null || quota.remaining > quota.limit / 2)
  }

  function isDue({ watchers, isTooLong, sweptAt, triedAt, by }: Window, intervalMs: number): boolean {
    const now = clock.monotonic()
    return (
      watchers > 0 && !isTooLong && now - sweptAt >= intervalMs && now - triedAt >= reconcileMs && mayAsk(by)
    )
  }

  /** Of several instances, the one that has the lease does it; another one takes over when that has gone. */
  async function sweepWindow(key: string, window: Window): Promise<void> {
    const intervalMs = intervalOf(window)
    if (!isDue(window, intervalMs)) return
    window.triedAt = clock.monotonic()
    const { account, credential } = window.by
    // What came before the start is unknown, however lately a run before it has looked: its lease does not count.
    const [kind, leaseMs] = window.sweptAt === NEVER ? ['start', reconcileMs] : [intervalMs, intervalMs]
    // Neither ids nor filters are told.
    const lease = `sweep:${kind}:${hash('sha256', `${credential} ${key}`, 'base64url')}`
    const isMine = await shared.leases.take(account, lease, holder, leaseMs)
    const isDone = !isMine || (await readWindow(window).catch(() => false))
    if (isDone) window.sweptAt = window.triedAt
    else await shared.leases.release(account, lease, holder)
  }

  /** False where it did not come to the end. */
  async function readWindow(window: Window): Promise<boolean> {
    const { filter, by } = window
    const operation = bypassingCache({ ...by, requestId: randomUUID(), ledger: createLedger(MAX_REQUESTS) })
    const askedAt = clock.monotonic()
    const shown = []
    for (let nth = 0, hasMore = true; hasMore; nth += 1) {
      if (nth === MAX_PAGES) window.isTooLong = true
      if (window.isTooLong || !mayAsk(by)) return false
      const page = await appointments.list(
        filter,
        { offset: nth * PAGE_LIMIT.max, limit: PAGE_LIMIT.max },
        operation,
      )
      for (const row of page.rows) if (!(row instanceof UpstreamError)) shown.push(readableFields(row))
      hasMore = page.hasMore && page.rows.length > 0
    }
    // One page was compared when it was read. Of several, rows may have moved from one into another meanwhile.
    if (shown.length <= PAGE_LIMIT.max) return true
    const read = { filter, shown, askedAt, seenAt: clock.monotonic(), isAtOnce: false }
    for (const missing of await coherence.takeList(by.account, read)) window.missing.set(missing.id, missing)
    await readMissing(window, read, operation)
    return true
  }

  /**
   * What can't be asked for now is asked for in the next sweep. What such a read shows becomes known by itself, unless it shows
   * no more than before.
   */
  async function readMissing({ missing }: Window, read: WholeRead, operation: Operation): Promise<void> {
    const { account } = operation
    for (const [id, lacked] of [...missing].slice(0, MAX_MISSING)) {
      if (!mayAsk(operation)) return
      missing.delete(id)
      try {
        const askedAt = clock.monotonic()
        const { row } = await appointments.retrieve(id, operation)
        const shown = readableFields(row)
        const { filter } = read
        if (matches(filter, shown) === false)
          await coherence.takeLeft(account, shown, { filter, since: lacked.since, askedAt })
      } catch (error) {
        if (isNotFound(error)) await coherence.takeMissing(account, lacked, read)
        else missing.set(id, lacked)
      }
    }
  }

  async function sweepAll(): Promise<void> {
    // One after the other, so that none is asked for beyond the half of the quota.
    for (const [key, window] of [...windows.entries()]) await sweepWindow(key, window).catch(() => {})
  }

  /** One that takes longer than the time between two takes the place of the next. */
  function sweep(): Promise<void> {
    running ??= sweepAll().finally(() => {
      running = undefined
    })
    return running
  }

  function createWindow(filter: AppointmentFilter, by: Operation): Window {
    const missing = new Map<string, Missing>()
    return { filter, by, watchers: 0, sweptAt: NEVER, triedAt: NEVER, missing, isTooLong: false }
  }

  function stopWhenIdle(): void {
    if ([...windows.values()].some(({ watchers }) => watchers > 0)) return
    clearInterval(timer)
    timer = undefined
  }

  return {
    watch(filter, { account, credential, access }) {
      const own = narrow(filter, access.narrowing)
      if (own === undefined || !coherence.hasEvents(account)) return () => {}
      const key = `${account} ${filterQuery(own)}`
      const by = backgroundOperation(account, credential)
      const { areShared } = shared.notes
      // A log that others keep is older than this process, and nobody knows what it has missed.
      const window = windows.get(key) ?? createWindow(own, by)
      // Without one, whoever begins to watch has just read the list.
      if (window.watchers === 0 && !areShared) window.sweptAt = clock.monotonic()
      windows.set(key, window)
      window.watchers += 1
      timer ??= setInterval(() => void sweep(), Math.max(1000, reconcileMs / 10)).unref()
      return () => {
        window.watchers -= 1
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
