import { hash, randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { KeptReply, ReplyName } from '../../shared/replies.ts'
import type { Shared } from '../../shared/shared.ts'
import type { Clock } from '../clock.ts'
import type { LifetimeOf } from './cache.ts'
import type { CachedLists } from './cached-lists.ts'
import type { Epochs } from './epochs.ts'
import { endingOf, type Layer, type Operation, type Reply, type RestRequest, type Send } from './pipe.ts'

export interface SharedRepliesOptions {
  readonly shared: Pick<Shared, 'replies' | 'leases'>
  /** Whether instances may share the reply to this read. */
  readonly isShared: (request: RestRequest) => boolean
  readonly lifetimeOf: LifetimeOf
  readonly epochs: Epochs
  readonly lists: Pick<CachedLists, 'applyChanges'>
  readonly clock: Clock
}

/** The clocks of two machines differ a little, so an answer of another instance counts as that much older. */
export const CLOCK_SKEW_MS = 2000
/** The lease expires in case its instance stops before it has an answer. */
const LEASE_MS = 2000
/** Between the lookups of a reply that another instance has requested, in milliseconds. After the last, this one requests it. */
const LOOKUP_WAITS_MS = [10, 20, 40, 80, 160, 320]

/**
 * Shares the upstream's replies between instances: an instance uses a reply that another one has stored, or waits a moment for
 * a request of another instance. The same rules of freshness apply as to the replies in its own cache.
 */
export function createSharedReplies(options: SharedRepliesOptions): Layer {
  const { shared, isShared, lifetimeOf, epochs, lists, clock } = options
  const { replies, leases } = shared
  const holder = randomUUID()

  async function find(
    name: ReplyName,
    request: RestRequest,
    operation: Operation,
  ): Promise<Reply | undefined> {
    const found = await replies.find(name)
    if (found === undefined) return undefined
    const now = clock.monotonic()
    const requestedAt = Math.min(now, now - (clock.now() - found.requestedAt)) - CLOCK_SKEW_MS
    const isFresh = now - requestedAt < lifetimeOf(request, operation.account, requestedAt)
    if (!isFresh || !epochs.isCacheable(request, operation)) return undefined
    return lists.applyChanges(
      found.changes,
      request,
      { ...(found.value as Reply), requestedAt },
      operation.account,
    )
  }

  /** The answer of another instance; undefined where this one has to send the request: it has the lease, or waited in vain. */
  async function waitForOther(
    name: ReplyName,
    epoch: string,
    request: RestRequest,
    operation: Operation,
  ): Promise<Reply | undefined> {
    const { account } = name
    const lease = leaseOf(name, epoch)
    for (const [nth, ms] of LOOKUP_WAITS_MS.entries()) {
      // In this order, so that a reply which was stored before the lease was released is found.
      const taking = leases.take(account, lease, holder, LEASE_MS)
      const [isOurs, reply] = await Promise.all([taking, find(name, request, operation)])
      if (reply !== undefined && isOurs) void leases.release(account, lease, holder)
      // The holder before released it without storing a reply, so the other instances need not wait for this one either.
      if (isOurs && nth > 0) void leases.release(account, lease, holder)
      // The reads of a mutation never wait for another instance.
      if (reply !== undefined || isOurs || operation.ledger.isMutation) return reply
      await wait(ms)
      if (endingOf(request, operation).aborted) return undefined
    }
    return undefined
  }

  async function read(request: RestRequest, operation: Operation, next: Send): Promise<Reply> {
    const { account, credential } = operation
    const scope = request.path
    const epoch = replies.epochOf(account, scope)
    if (epoch === undefined || credential === null) return next(request, operation)
    const name = { account, scope, text: epochs.nameOf(request, operation), credential }
    const found = await waitForOther(name, epoch, request, operation)
    if (found !== undefined) {
      operation.ledger.remembered += 1
      return found
    }
    const requestedAt = clock.monotonic()
    try {
      const reply = await next(request, operation)
      // A reply from before a change is of no use to any instance.
      if (replies.epochOf(account, scope) === epoch && epochs.isCacheable(request, operation))
        replies.keep(
          name,
          { ...keptOf(reply, requestedAt), epoch },
          lifetimeOf(request, account, requestedAt),
        )
      return reply
    } finally {
      void leases.release(account, leaseOf(name, epoch), holder)
    }
  }

  function keptOf(reply: Reply, requestedAt: number): KeptReply {
    return { value: reply, requestedAt: Math.floor(clock.now() - (clock.monotonic() - requestedAt)) }
  }

  return (next) => (request, operation) =>
    request.method === 'GET' &&
    isShared(request) &&
    !operation.isBypassingCache &&
    epochs.isCacheable(request, operation)
      ? read(request, operation, next)
      : next(request, operation)
}

/** Contains the epoch, so that a read after a change does not wait for one before it. Hashed, to hide ids and filters. */
function leaseOf({ credential, text }: ReplyName, epoch: string): string {
  return `reply:${hash('sha256', `${credential} ${epoch} ${text}`, 'base64url')}`
}
