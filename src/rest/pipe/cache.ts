import { LRUCache } from 'lru-cache'
import type { Epoch } from '../../shared/epochs.ts'
import type { Clock } from '../clock.ts'
import { isDown, isNotFound, isRateLimited, type UpstreamError } from '../errors.ts'
import type { Epochs } from './epochs.ts'
import type { RememberedRead } from './ledger.ts'
import type { Lists } from './lists.ts'
import type { Layer, Operation, Reply, RestRequest, Send } from './pipe.ts'

export interface CacheOptions {
  /** Whether the reply to this read may be given again at all. */
  readonly isOn: (request: RestRequest) => boolean
  readonly lifetimeOf: LifetimeOf
  /** How much longer it may be given where the quota is spent, in milliseconds. */
  readonly staleIfLimitedMs: number
  /** The same where the upstream does not answer. */
  readonly staleIfDownMs: number
  readonly epochs: Epochs
  readonly lists: Pick<Lists, 'after'>
  readonly clock: Clock
}

/** How long a reply may be given again that was asked for at that instant of the monotonic clock, in milliseconds. */
export type LifetimeOf = (request: RestRequest, account: string, askedAt: number, isLive?: boolean) => number

export interface Cache {
  readonly layer: Layer
  /** Whether this read would cost nothing now. */
  readonly has: (request: RestRequest, operation: Operation) => boolean
  /** Whether each of these reads would get the same answer again now, at no cost. */
  readonly holds: (reads: readonly RememberedRead[], operation: Operation) => boolean
  /** Whether nothing has told that one of them may be another by now, however old they are. */
  readonly isUnchanged: (reads: readonly RememberedRead[], operation: Operation) => boolean
}

interface Entry {
  /** Stands for the answer outside of the cache, so that the cache alone decides how long one is kept. */
  readonly token: object
  /** What the upstream answered: that there is no such appointment is an answer too. */
  readonly answer: Reply | UpstreamError
  /** When the upstream was asked, on the monotonic clock: the answer may be as old as that. */
  readonly askedAt: number
  /** The same in milliseconds since the epoch, noted once: so that it reads the same each time. */
  readonly askedOn: number
  /** The latest epoch in which the answer is known to hold. */
  readonly epoch: Epoch
  /** A write that may still happen can make it an old one at any moment. */
  readonly isDoubtful?: boolean
}

const MAX_BYTES = 64 * 1024 * 1024
/** About what an entry takes besides its reply. */
const ENTRY_BYTES = 512

/**
 * Keeps the answers to reads, by view: for a short time, or for long while the upstream tells of every change. A change
 * invalidates the answers that it may change through their epochs, or patches them.
 */
export function createCache(options: CacheOptions): Cache {
  const { isOn, lifetimeOf, epochs, lists, clock } = options
  const { staleIfLimitedMs, staleIfDownMs } = options
  const entries = new LRUCache<string, Entry>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ answer }) => ('bytes' in answer ? answer.bytes : 0) + ENTRY_BYTES,
  })

  /** The entry as of now; undefined where something since its answer may have changed it. */
  function update(entry: Entry, request: RestRequest, operation: Operation): Entry | undefined {
    const epoch = epochs.epochOf(request, operation)
    if (entry.epoch === epoch) return entry
    const changes = epochs.changesSince(entry.epoch, request, operation)
    if (changes === undefined) return undefined
    const { answer } = entry
    if (!('bytes' in answer)) return changes.length === 0 ? { ...entry, epoch } : undefined
    const updated = lists.after(changes, request, answer, operation.account)
    if (updated === undefined) return undefined
    return { ...entry, ...(updated.data !== answer.data && { token: {} }), answer: updated, epoch }
  }

  /** What was last seen of this read, whatever is in doubt; undefined where it has certainly changed since. */
  function lastSeen({ answer, epoch }: Entry, request: RestRequest, operation: Operation): Reply | undefined {
    if (!('bytes' in answer)) return undefined
    const changes = epochs.certainSince(epoch, request, operation)
    return changes && lists.after(changes, request, answer, operation.account)
  }

  /** The kept entry, where it is of use as it is or patched. */
  function currentEntry(request: RestRequest, operation: Operation): Entry | undefined {
    const name = epochs.nameOf(request, operation)
    const entry = entries.get(name)
    if (entry === undefined || entry.isDoubtful || !epochs.isTrusted(request, operation)) return undefined
    const updated = update(entry, request, operation)
    // One that does not hold stays: a write that turns out never to have been sent has changed nothing.
    if (updated === entry || updated === undefined) return updated
    // What has been looked at is not looked at again.
    entries.set(name, updated)
    if (updated.token !== entry.token) operation.ledger.patched += 1
    return updated
  }

  function freshEntry(request: RestRequest, operation: Operation): Entry | undefined {
    const entry = currentEntry(request, operation)
    if (entry === undefined) return undefined
    const ageMs = clock.monotonic() - entry.askedAt
    const { account, isLive } = operation
    return ageMs < lifetimeOf(request, account, entry.askedAt, isLive) ? entry : undefined
  }

  /** How much longer than a cached answer one may be given that this error stands in the way of. */
  function staleMsFor(error: unknown): number | undefined {
    if (isRateLimited(error)) return staleIfLimitedMs
    return isDown(error) ? staleIfDownMs : undefined
  }

  /**
   * What was last seen, where the upstream can't be asked and nothing has certainly been written since. Of a spent quota, also
   * nothing perhaps: then the upstream is there, and can be asked later.
   */
  function staleReply(error: unknown, request: RestRequest, operation: Operation): Reply | undefined {
    const staleMs = staleMsFor(error)
    if (staleMs === undefined || operation.ledger.isMutation) return undefined
    const entry = isDown(error)
      ? entries.get(epochs.nameOf(request, operation))
      : currentEntry(request, operation)
    const seen = entry && lastSeen(entry, request, operation)
    if (entry === undefined || seen === undefined) return undefined
    const ageMs = clock.monotonic() - entry.askedAt
    if (ageMs >= lifetimeOf(request, operation.account, entry.askedAt) + staleMs) return undefined
    operation.ledger.remembered += 1
    operation.ledger.staleReads += 1
    return { ...seen, staleSince: new Date(entry.askedOn).toISOString() }
  }

  function entryOf(answer: Entry['answer'], askedAt: number, epoch: Epoch): Entry {
    const askedOn = Math.round(clock.now() - (clock.monotonic() - askedAt))
    return { token: {}, answer, askedAt, askedOn, epoch }
  }

  function noteRead({ ledger }: Operation, request: RestRequest, entry: Entry | undefined): void {
    // Without an entry, nothing says later whether what was made of the answer still holds.
    if (entry === undefined) ledger.reads = undefined
    else ledger.reads?.push({ request, token: entry.token })
  }

  async function read(request: RestRequest, operation: Operation, next: Send): Promise<Reply> {
    const entry = freshEntry(request, operation)
    if (entry !== undefined) {
      noteRead(operation, request, entry)
      operation.ledger.remembered += 1
      if ('bytes' in entry.answer) return entry.answer
      throw entry.answer
    }
    const epoch = epochs.epochOf(request, operation)
    const askedAt = clock.monotonic()
    try {
      const reply = await next(request, operation)
      const kept = entryOf(reply, reply.askedAt ?? askedAt, epoch)
      noteRead(operation, request, keep(kept, request, operation))
      return reply
    } catch (error) {
      if (isNotFound(error))
        noteRead(operation, request, keep(entryOf(error, askedAt, epoch), request, operation))
      const stale = staleReply(error, request, operation)
      if (stale === undefined) throw error
      return stale
    }
  }

  /**
   * Nothing from before a change in the meantime is kept, unless the change can be put into it. Returns what may be given again
   * while it is young.
   */
  function keep(entry: Entry, request: RestRequest, operation: Operation): Entry | undefined {
    const name = epochs.nameOf(request, operation)
    const known = entries.get(name)
    // Those who share a request share its entry.
    if (known?.answer === entry.answer) return known
    const updated = update(entry, request, operation)
    if (updated === undefined) return undefined
    const isDoubtful = !epochs.isTrusted(request, operation)
    entries.set(name, isDoubtful ? { ...updated, isDoubtful } : updated)
    return isDoubtful || updated.token !== entry.token ? undefined : updated
  }

  /** What lies behind the cache, for an operation that asks nothing more. */
  function unlessFailed(next: Send): Send {
    return (request, operation) =>
      operation.failure === undefined ? next(request, operation) : Promise.reject(operation.failure)
  }

  return {
    layer(behind) {
      const next = unlessFailed(behind)
      return (request, operation) => {
        if (request.method !== 'GET') return next(request, operation)
        if (isOn(request)) return read(request, operation, next)
        noteRead(operation, request, undefined)
        return next(request, operation)
      }
    },
    has: (request, operation) => freshEntry(request, operation) !== undefined,
    holds: (reads, operation) =>
      reads.every(({ request, token }) => freshEntry(request, operation)?.token === token),
    isUnchanged: (reads, operation) =>
      reads.every(({ request, token }) => currentEntry(request, operation)?.token === token),
  }
}
