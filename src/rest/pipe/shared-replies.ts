import { hash, randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { KeptReply, ReplyName } from '../../shared/replies.ts'
import type { Shared } from '../../shared/shared.ts'
import type { Clock } from '../clock.ts'
import type { LifetimeOf } from './cache.ts'
import type { Epochs } from './epochs.ts'
import type { Lists } from './lists.ts'
import { endingOf, type Layer, type Operation, type Reply, type RestRequest, type Send } from './pipe.ts'

export interface SharedRepliesOptions {
  readonly shared: Pick<Shared, 'replies' | 'leases'>
  /** Whether other instances may have the reply to this read. */
  readonly isShared: (request: RestRequest) => boolean
  readonly lifetimeOf: LifetimeOf
  readonly epochs: Epochs
  readonly lists: Pick<Lists, 'after'>
  readonly clock: Clock
}

/** The clocks of two machines are never quite the same: an answer of another instance counts as so much older. */
export const CLOCK_SKEW_MS = 2000
/** An instance that asks the upstream may be gone. */
const LEASE_MS = 2000
/** Between two looks for the answer that another instance waits for, in milliseconds. Then this one asks itself. */
const LOOKS_MS = [10, 20, 40, 80, 160, 320]

/**
 * What one instance has asked the upstream, the others need not ask: they find its answer where all of them look, or wait
 * a moment for it. An answer is of use under the same rules as a cached one of this instance.
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
    const askedAt = Math.min(now, now - (clock.now() - found.askedAt)) - CLOCK_SKEW_MS
    const isYoung = now - askedAt < lifetimeOf(request, operation.account, askedAt)
    if (!isYoung || !epochs.isTrusted(request, operation)) return undefined
    return lists.after(found.changes, request, { ...(found.value as Reply), askedAt }, operation.account)
  }

  /** The answer of another instance; undefined where this one is to ask, by the lease or because no other has answered. */
  async function waitForOther(
    name: ReplyName,
    epoch: string,
    request: RestRequest,
    operation: Operation,
  ): Promise<Reply | undefined> {
    const { account } = name
    const lease = leaseOf(name, epoch)
    for (const [look, ms] of LOOKS_MS.entries()) {
      // In this order: what was kept before the lease was free is found.
      const taking = leases.take(account, lease, holder, LEASE_MS)
      const [isOurs, reply] = await Promise.all([taking, find(name, request, operation)])
      if (reply !== undefined && isOurs) void leases.release(account, lease, holder)
      // Whoever had it has kept nothing: then nobody has to wait for this one.
      if (isOurs && look > 0) void leases.release(account, lease, holder)
      // A write's own reads wait for nobody.
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
    const askedAt = clock.monotonic()
    try {
      const reply = await next(request, operation)
      // Of an older state nobody would take it.
      if (replies.epochOf(account, scope) === epoch && epochs.isTrusted(request, operation))
        replies.keep(name, { ...keptOf(reply, askedAt), epoch }, lifetimeOf(request, account, askedAt))
      return reply
    } finally {
      void leases.release(account, leaseOf(name, epoch), holder)
    }
  }

  function keptOf(reply: Reply, askedAt: number): KeptReply {
    return { value: reply, askedAt: Math.floor(clock.now() - (clock.monotonic() - askedAt)) }
  }

  return (next) => (request, operation) =>
    request.method === 'GET' &&
    isShared(request) &&
    !operation.isBypassing &&
    epochs.isTrusted(request, operation)
      ? read(request, operation, next)
      : next(request, operation)
}

/** Whoever asks after a change waits for nobody who began before it. Neither ids nor filters are told. */
function leaseOf({ credential, text }: ReplyName, epoch: string): string {
  return `reply:${hash('sha256', `${credential} ${epoch} ${text}`, 'base64url')}`
}
