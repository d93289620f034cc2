import { LRUCache } from 'lru-cache'
import { type FeedFilter, type FeedRow, filterOfFeed } from '../../loaders/feed.ts'
import type { Clock } from '../../rest/clock.ts'
import type { Changes } from '../../rest/coherence/changes.ts'
import type { Operation } from '../../rest/pipe/pipe.ts'
import type { Following } from '../../shared/event-log.ts'

/** The rows of a feed as of one read. */
export interface FeedSnapshot {
  readonly rows: readonly FeedRow[]
  /** In milliseconds since the epoch. */
  readonly readAt: number
}

export interface FeedCacheOptions {
  readonly read: (filter: FeedFilter, operation: Operation) => Promise<readonly FeedRow[]>
  readonly changes: Changes
  readonly clock: Clock
}

export interface FeedCache {
  /** The rows of a clinician's feed. Rejects with `UpstreamError` where they can't be read and are not cached. */
  get(clinicianId: string, operation: Operation): Promise<FeedSnapshot>
  close(): Promise<void>
}

interface Feed {
  readonly filter: FeedFilter
  readonly operation: Operation
  /** Undefined where the feed could not be read yet. */
  readonly snapshot: FeedSnapshot | undefined
  readonly error: unknown
  /** When the feed is read again. On the monotonic clock. */
  dueAt: number
  /** An event has reported a change in the feed. */
  isOutdated: boolean
}

const HOUR_MS = 3_600_000
/** The wait before the next read where the last one gave stale rows, or failed and no rows are cached. */
const RETRY_MS = 300_000

/** The most rows in the cache: with their texts about 90 MB. */
const MAX_ROWS = 100_000

/**
 * Caches the rows of feeds. A feed is read once an hour, however often its clients request it, and earlier only where an
 * event reports a change in it. Where the read fails, the cached rows are used.
 */
export function createFeedCache({ read, changes, clock }: FeedCacheOptions): FeedCache {
  const feeds = new LRUCache<string, Feed>({
    maxSize: MAX_ROWS,
    sizeCalculation: ({ snapshot }) => 1 + (snapshot?.rows.length ?? 0),
  })
  const reads = new Map<string, Promise<Feed>>()
  /** Feeds whose read is in flight: an event may arrive before rows that do not contain its change yet. */
  const pending = new Set<Pick<Feed, 'filter' | 'operation' | 'isOutdated'>>()
  let following: Promise<Pick<Following, 'stop'> | undefined> | undefined

  function markOutdated(isAffected: (feed: Pick<Feed, 'filter' | 'operation'>) => boolean): void {
    for (const feed of [...feeds.values(), ...pending]) if (isAffected(feed)) feed.isOutdated = true
  }

  /** Follows the changes of the account, which is the same for all feeds. Without events a feed is read once an hour. */
  function follow(operation: Operation): Promise<Pick<Following, 'stop'> | undefined> {
    following ??= changes
      .follow(undefined, operation, {
        change: (change) =>
          markOutdated((feed) => changes.effectOf(change, feed.filter, feed.operation) !== undefined),
        lost() {
          following = undefined
          markOutdated(() => true)
        },
      })
      .catch(() => {
        following = undefined
        return undefined
      })
    return following
  }

  /** Call it in the same tick as the copy of `isOutdated`, so that no change is lost in between. */
  function store(key: string, feed: Feed): Feed {
    feeds.set(key, feed)
    return feed
  }

  async function refresh(key: string, clinicianId: string, operation: Operation): Promise<Feed> {
    await follow(operation)
    const cached = feeds.get(key)?.snapshot
    const feed = { filter: filterOfFeed(clinicianId, clock.now()), operation, isOutdated: false }
    pending.add(feed)
    try {
      const rows = await read(feed.filter, operation)
      // Stale rows are usable where the upstream is unreachable, but do not count as the read of this hour.
      const isStale = operation.ledger.stale.size > 0
      const snapshot = isStale && cached !== undefined ? cached : { rows, readAt: clock.now() }
      const retryMs = operation.ledger.exchanges === 0 ? 0 : RETRY_MS
      const dueAt = clock.monotonic() + (isStale ? retryMs : HOUR_MS)
      return store(key, { ...feed, snapshot, error: undefined, dueAt })
    } catch (error) {
      // A read that sent no request costs nothing to retry.
      const waitMs = operation.ledger.exchanges === 0 ? 0 : cached === undefined ? RETRY_MS : HOUR_MS
      return store(key, {
        ...feed,
        snapshot: cached,
        error,
        dueAt: clock.monotonic() + waitMs,
        isOutdated: false,
      })
    } finally {
      pending.delete(feed)
    }
  }

  function refreshOnce(key: string, clinicianId: string, operation: Operation): Promise<Feed> {
    const inFlight = reads.get(key)
    if (inFlight !== undefined) {
      operation.ledger.joined += 1
      return inFlight
    }
    // The rows are cached, so the read continues when the client disconnects.
    const untilDeadline = { ...operation, signal: operation.deadline }
    const refreshing = refresh(key, clinicianId, untilDeadline).finally(() => reads.delete(key))
    reads.set(key, refreshing)
    return refreshing
  }

  return {
    async get(clinicianId, operation) {
      const key = `${operation.view} ${clinicianId}`
      const cached = feeds.get(key)
      const isDue = cached === undefined || cached.isOutdated || clock.monotonic() >= cached.dueAt
      const { snapshot, error } = isDue ? await refreshOnce(key, clinicianId, operation) : cached
      if (snapshot === undefined) throw error
      return snapshot
    },
    async close() {
      const followed = await following
      followed?.stop()
    },
  }
}
