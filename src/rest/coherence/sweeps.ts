import { hash, randomUUID } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { AppointmentFilter } from '../../contract/field-names.ts'
import { PAGE_LIMIT } from '../../contract/list.ts'
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
  /** On the monotonic clock. */
  sweptAt: number
}

const MAX_WINDOWS = 10_000
/** The requests that one sweep of a window may take. */
const MAX_REQUESTS = 10

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

  function intervalOf({ by }: Window): number {
    return coherence.isHealthy(by.account) ? Math.max(HOUR_MS, reconcileMs) : reconcileMs
  }

  function mayAsk(by: Operation): boolean {
    const quota = rateLimit(by)
    return !closing.aborted && (quota === null || quota.remaining > quota.limit / 2)
  }

  /** Of several instances, the one that has the lease does it; another one takes over when that has gone. */
  async function sweepWindow(key: string, window: Window): Promise<void> {
    const intervalMs = intervalOf(window)
    if (window.watchers === 0 || clock.monotonic() - window.sweptAt < intervalMs || !mayAsk(window.by)) return
    window.sweptAt = clock.monotonic()
    const { account } = window.by
    // Neither ids nor filters are told.
    const lease = `sweep:${intervalMs}:${hash('sha256', `${window.by.credential} ${key}`, 'base64url')}`
    if (await shared.leases.take(account, lease, holder, intervalMs)) await readWindow(window)
  }

  async function readWindow({ filter, by }: Window): Promise<void> {
    const operation = bypassingCache({ ...by, requestId: randomUUID(), ledger: createLedger(MAX_REQUESTS) })
    const askedAt = clock.monotonic()
    const shown = []
    for (let offset = 0, hasMore = true; hasMore; offset += PAGE_LIMIT.max) {
      if (!mayAsk(by)) return
      const page = await appointments.list(filter, { offset, limit: PAGE_LIMIT.max }, operation)
      for (const row of page.rows) if (!(row instanceof UpstreamError)) shown.push(readableFields(row))
      hasMore = page.hasMore && page.rows.length > 0
    }
    // One page was compared when it was read. Of several, rows may have moved from one into another meanwhile.
    if (shown.length <= PAGE_LIMIT.max) return
    const read = { filter, shown, askedAt, seenAt: clock.monotonic() }
    for (const id of await coherence.takeList(by.account, read)) {
      if (!mayAsk(by)) return
      await readMissing(id, read, operation)
    }
  }

  /** What a read shows becomes known by itself. */
  async function readMissing(id: string, read: WholeRead, operation: Operation): Promise<void> {
    await appointments.retrieve(id, operation).catch((error: unknown) => {
      if (!isNotFound(error)) throw error
      return coherence.takeMissing(operation.account, id, read)
    })
  }

  async function sweep(): Promise<void> {
    // One after the other, so that none is asked for beyond the half of the quota.
    for (const [key, window] of [...windows.entries()]) await sweepWindow(key, window).catch(() => {})
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
      const window = windows.get(key) ?? { filter: own, by, watchers: 0, sweptAt: Number.NEGATIVE_INFINITY }
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
