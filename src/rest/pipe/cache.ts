import { LRUCache } from 'lru-cache'
import type { Epoch } from '../../shared/epochs.ts'
import type { Clock } from '../clock.ts'
import { isDown, isNotFound, isRateLimited, type UpstreamError } from '../errors.ts'
import type { CachedLists } from './cached-lists.ts'
import type { Epochs } from './epochs.ts'
import type { CachedRead } from './ledger.ts'
import type { Layer, Operation, Reply, RestRequest, Send } from './pipe.ts'

export interface CacheOptions {
  /** Whether replies to this read may be cached at all. */
  readonly isOn: (request: RestRequest) => boolean
  readonly lifetimeOf: LifetimeOf
  /** For how long after its lifetime a reply may be served, stale, where the quota is spent, in milliseconds. */
  readonly staleIfLimitedMs: number
  /** The same where the upstream does not answer. */
  readonly staleIfDownMs: number
  readonly epochs: Epochs
  readonly lists: Pick<CachedLists, 'applyChanges'>
  readonly clock: Clock
}

/** How long a reply is fresh whose request was sent at `requestedAt`, on the monotonic clock, in milliseconds. */
export type LifetimeOf = (
  request: RestRequest,
  account: string,
  requestedAt: number,
  isLive?: boolean,
) => number

export interface Cache {
  readonly layer: Layer
  /** Whether the cache has a fresh answer to this read, so that the read costs nothing now. */
  readonly has: (request: RestRequest, operation: Operation) => boolean
  /** Whether the cache would answer each of these reads with the same answer again. */
  readonly areFresh: (reads: readonly CachedRead[], operation: Operation) => boolean
  /** Whether no known change may have changed one of these answers, however old they are. */
  readonly areUnchanged: (reads: readonly CachedRead[], operation: Operation) => boolean
}

interface Entry {
  /** Stands for the answer outside of the cache, so that only the cache itself keeps the answer in memory. */
  readonly token: object
  /** What the upstream answered: "not found" is an answer too. */
  readonly answer: Reply | UpstreamError
  /** When the request was sent, on the monotonic clock: the answer may be as old as that. */
  readonly requestedAt: number
  /** The same in milliseconds since the epoch, computed once, so that each reader gets the same value. */
  readonly requestedAtWall: number
  /** The latest epoch in which the answer is known to be valid. */
  readonly epoch: Epoch
  /** It may be served stale, but never as fresh: a write that may still happen can outdate it at any moment. */
  readonly isStaleOnly?: boolean
}

const MAX_BYTES = 64 * 1024 * 1024
/** About what an entry takes besides its reply, in bytes. */
const ENTRY_BYTES = 512

/**
 * Caches the answers to reads, by view: for a short time, or for long while events report every change. A change invalidates
 * the answers that it may change through their epochs, or patches them.
 */
export function createCache(options: CacheOptions): Cache {
  const { isOn, lifetimeOf, epochs, lists, clock } = options
  const { staleIfLimitedMs, staleIfDownMs } = options
  const entries = new LRUCache<string, Entry>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ answer }) => ('bytes' in answer ? answer.bytes : 0) + ENTRY_BYTES,
  })

  /** The entry with all changes since its answer; undefined where it can't be patched and may be outdated. */
  function update(entry: Entry, request: RestRequest, operation: Operation): Entry | undefined {
    const epoch = epochs.epochOf(request, operation)
    if (entry.epoch === epoch) return entry
    const changes = epochs.changesSince(entry.epoch, request, operation)
    if (changes === undefined) return undefined
    const { answer } = entry
    if (!('bytes' in answer)) return changes.length === 0 ? { ...entry, epoch } : undefined
    const updated = lists.applyChanges(changes, request, answer, operation.account)
    if (updated === undefined) return undefined
    return { ...entry, ...(updated.data !== answer.data && { token: {} }), answer: updated, epoch }
  }

  /** The latest known reply, without the changes in doubt; undefined where a certain change has outdated it. */
  function lastKnown(
    { answer, epoch }: Entry,
    request: RestRequest,
    operation: Operation,
  ): Reply | undefined {
    if (!('bytes' in answer)) return undefined
    const changes = epochs.certainChangesSince(epoch, request, operation)
    return changes && lists.applyChanges(changes, request, answer, operation.account)
  }

  /** The cached entry of any age where it is valid, patched if need be. */
  function currentEntry(request: RestRequest, operation: Operation): Entry | undefined {
    const name = epochs.nameOf(request, operation)
    const entry = entries.get(name)
    if (entry === undefined || entry.isStaleOnly || !epochs.isCacheable(request, operation)) return undefined
    const updated = update(entry, request, operation)
    // An invalid entry stays: it is valid again if the write turns out never to have been sent.
    if (updated === entry || updated === undefined) return updated
    // So that the same changes are not applied again.
    entries.set(name, updated)
    if (updated.token !== entry.token) operation.ledger.patched += 1
    return updated
  }

  function freshEntry(request: RestRequest, operation: Operation): Entry | undefined {
    const entry = currentEntry(request, operation)
    if (entry === undefined) return undefined
    const ageMs = clock.monotonic() - entry.requestedAt
    const { account, isLive } = operation
    return ageMs < lifetimeOf(request, account, entry.requestedAt, isLive) ? entry : undefined
  }

  /** How much longer an answer may be served stale after this error; undefined where it may not. */
  function staleMsFor(error: unknown): number | undefined {
    if (isRateLimited(error)) return staleIfLimitedMs
    return isDown(error) ? staleIfDownMs : undefined
  }

  /**
   * The latest known reply, where the upstream can't be reached and no certain change has outdated the reply. Where only the
   * quota is spent, a change in doubt rules it out too: the upstream is up, and can be read later.
   */
  function staleReply(error: unknown, request: RestRequest, operation: Operation): Reply | undefined {
    const staleMs = staleMsFor(error)
    if (staleMs === undefined || operation.ledger.isMutation) return undefined
    const entry = isDown(error)
      ? entries.get(epochs.nameOf(request, operation))
      : currentEntry(request, operation)
    const known = entry && lastKnown(entry, request, operation)
    if (entry === undefined || known === undefined) return undefined
    const ageMs = clock.monotonic() - entry.requestedAt
    if (ageMs >= lifetimeOf(request, operation.account, entry.requestedAt) + staleMs) return undefined
    operation.ledger.remembered += 1
    operation.ledger.staleReads += 1
    return { ...known, staleSince: new Date(entry.requestedAtWall).toISOString() }
  }

  function entryOf(answer: Entry['answer'], requestedAt: number, epoch: Epoch): Entry {
    const requestedAtWall = Math.round(clock.now() - (clock.monotonic() - requestedAt))
    return { token: {}, answer, requestedAt, requestedAtWall, epoch }
  }

  function noteRead({ ledger }: Operation, request: RestRequest, entry: Entry | undefined): void {
    // Without an entry it can't be found out later whether the answer is still valid.
    if (entry === undefined) ledger.reads = undefined
    else ledger.reads?.push({ request, token: entry.token })
  }

  async function read(request: RestRequest, operation: Operation, next: Send): Promise<Reply> {
    const hit = freshEntry(request, operation)
    if (hit !== undefined) {
      noteRead(operation, request, hit)
      operation.ledger.remembered += 1
      if ('bytes' in hit.answer) return hit.answer
      throw hit.answer
    }
    const epoch = epochs.epochOf(request, operation)
    const requestedAt = clock.monotonic()
    try {
      const reply = await next(request, operation)
      const entry = entryOf(reply, reply.requestedAt ?? requestedAt, epoch)
      noteRead(operation, request, keep(entry, request, operation))
      return reply
    } catch (error) {
      if (isNotFound(error))
        noteRead(operation, request, keep(entryOf(error, requestedAt, epoch), request, operation))
      const stale = staleReply(error, request, operation)
      if (stale === undefined) throw error
      return stale
    }
  }

  /**
   * Caches the answer, unless a change during the request has outdated it and can't be patched into it. Returns the entry where
   * it may be served as fresh just as it is.
   */
  function keep(entry: Entry, request: RestRequest, operation: Operation): Entry | undefined {
    const name = epochs.nameOf(request, operation)
    const known = entries.get(name)
    // Operations that share a request share its entry.
    if (known?.answer === entry.answer) return known
    const updated = update(entry, request, operation)
    if (updated === undefined) return undefined
    const isStaleOnly = !epochs.isCacheable(request, operation)
    entries.set(name, isStaleOnly ? { ...updated, isStaleOnly } : updated)
    return isStaleOnly || updated.token !== entry.token ? undefined : updated
  }

  /** Passes a cache miss on, but fails it with the operation's earlier failure where there is one. */
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
    areFresh: (reads, operation) =>
      reads.every(({ request, token }) => freshEntry(request, operation)?.token === token),
    areUnchanged: (reads, operation) =>
      reads.every(({ request, token }) => currentEntry(request, operation)?.token === token),
  }
}
