import { LRUCache } from 'lru-cache'
import { type FeedFilter, type FeedRow, filterOfFeed } from '../../loaders/feed.ts'
import type { Clock } from '../../rest/clock.ts'
import type { Changes } from '../../rest/coherence/changes.ts'
import type { Operation } from '../../rest/pipe/pipe.ts'
import type { Following } from '../../shared/event-log.ts'

/** The rows of a feed as they were read. */
export interface Reading {
  readonly rows: readonly FeedRow[]
  /** In milliseconds since the epoch. */
  readonly readAt: number
}

export interface ReadingsOptions {
  readonly read: (filter: FeedFilter, by: Operation) => Promise<readonly FeedRow[]>
  readonly changes: Changes
  readonly clock: Clock
}

export interface Readings {
  /** The rows of a clinician's feed. Rejects with `UpstreamError` where they can't be read, and never were. */
  of(clinicianId: string, by: Operation): Promise<Reading>
  close(): Promise<void>
}

interface Feed {
  readonly filter: FeedFilter
  readonly by: Operation
  /** Undefined where the feed could not be read. */
  readonly reading: Reading | undefined
  readonly error: unknown
  /** On the monotonic clock. */
  dueAt: number
  /** An event has told of a change. */
  isOutdated: boolean
}

const HOUR_MS = 3_600_000
/** Where a feed could not be read, and there is no earlier reading of it. */
const AGAIN_MS = 300_000

/** Rows of all feeds together that are kept: some 90 MB, with the texts that are made of them. */
const MAX_ROWS = 100_000

/**
 * Keeps the rows of feeds: one is read once an hour, however often its clients ask, and before that only where an event
 * tells of a change in it. Where it can't be read again, the rows of before are given.
 */
export function createReadings({ read, changes, clock }: ReadingsOptions): Readings {
  const feeds = new LRUCache<string, Feed>({
    maxSize: MAX_ROWS,
    sizeCalculation: ({ reading }) => 1 + (reading?.rows.length ?? 0),
  })
  const reads = new Map<string, Promise<Feed>>()
  /** Feeds that are being read: a change may come before the rows that lack it. */
  const begun = new Set<Pick<Feed, 'filter' | 'by' | 'isOutdated'>>()
  let following: Promise<Pick<Following, 'stop'> | undefined> | undefined

  function outdate(isConcerned: (feed: Pick<Feed, 'filter' | 'by'>) => boolean): void {
    for (const feed of [...feeds.values(), ...begun]) if (isConcerned(feed)) feed.isOutdated = true
  }

  /** All feeds are of one account. Without its events they are read once an hour. */
  function follow(by: Operation): Promise<Pick<Following, 'stop'> | undefined> {
    following ??= changes
      .follow(undefined, by, {
        change: (change) => outdate((feed) => changes.effectOf(change, feed.filter, feed.by) !== undefined),
        lost() {
          following = undefined
          outdate(() => true)
        },
      })
      .catch(() => {
        following = undefined
        return undefined
      })
    return following
  }

  /** Comes in one step with what is known at its time, so that no change falls between the two. */
  function keep(key: string, feed: Feed): Feed {
    feeds.set(key, feed)
    return feed
  }

  async function refresh(key: string, clinicianId: string, by: Operation): Promise<Feed> {
    await follow(by)
    const known = feeds.get(key)?.reading
    const feed = { filter: filterOfFeed(clinicianId, clock.now()), by, isOutdated: false }
    begun.add(feed)
    try {
      const rows = await read(feed.filter, by)
      // Where the upstream can't be asked, rows may be of before: good enough to give, but no reading of this hour.
      const isStale = by.ledger.stale.size > 0
      const reading = isStale && known !== undefined ? known : { rows, readAt: clock.now() }
      const againMs = by.ledger.exchanges === 0 ? 0 : AGAIN_MS
      const dueAt = clock.monotonic() + (isStale ? againMs : HOUR_MS)
      return keep(key, { ...feed, reading, error: undefined, dueAt })
    } catch (error) {
      // What was not sent may be tried again at any time.
      const waitMs = by.ledger.exchanges === 0 ? 0 : known === undefined ? AGAIN_MS : HOUR_MS
      return keep(key, {
        ...feed,
        reading: known,
        error,
        dueAt: clock.monotonic() + waitMs,
        isOutdated: false,
      })
    } finally {
      begun.delete(feed)
    }
  }

  function readAnew(key: string, clinicianId: string, by: Operation): Promise<Feed> {
    const running = reads.get(key)
    if (running !== undefined) {
      by.ledger.joined += 1
      return running
    }
    // The rows are kept, so reading them goes on when the client leaves.
    const reading = refresh(key, clinicianId, { ...by, signal: by.deadline }).finally(() => reads.delete(key))
    reads.set(key, reading)
    return reading
  }

  return {
    async of(clinicianId, by) {
      const key = `${by.view} ${clinicianId}`
      const known = feeds.get(key)
      const isDue = known === undefined || known.isOutdated || clock.monotonic() >= known.dueAt
      const { reading, error } = isDue ? await readAnew(key, clinicianId, by) : known
      if (reading === undefined) throw error
      return reading
    },
    async close() {
      const followed = await following
      followed?.stop()
    },
  }
}
