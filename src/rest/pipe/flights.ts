import type { Clock } from '../clock.ts'
import { type Abortable, createAbortable, type Ending } from '../ending.ts'
import { isInDoubt, mayStillHappen, operationEnded, UpstreamError } from '../errors.ts'
import type { Epochs } from './epochs.ts'
import type { Ledger } from './ledger.ts'
import {
  endingOf,
  type Layer,
  type Operation,
  periodOf,
  type Reply,
  type RestRequest,
  type Send,
} from './pipe.ts'
import { diffOfReply, diffOfRequest } from './write-diffs.ts'

export interface FlightOptions {
  readonly epochs: Epochs
  readonly clock: Clock
}

/** A read in flight, and the number of operations that wait for its reply. */
interface SharedRequest {
  readonly reply: Promise<Reply>
  readonly ending: Abortable
  subscribers: number
}

/**
 * Equal reads in flight share one upstream request. The request continues while at least one operation waits for it, also
 * where the operation that sent it has ended. Each operation stops waiting at its own ending. Writes are never shared. A read
 * that begins after a write does not join one that began before it.
 */
export function createFlights({ epochs, clock }: FlightOptions): Layer {
  const inFlight = new Map<string, SharedRequest>()

  async function write(request: RestRequest, operation: Operation, next: Send): Promise<Reply> {
    const { onWritten } = operation
    const sentAt = clock.monotonic()
    // Where `onWritten` will update the lists, they are left until then: before the answer no client can expect the change.
    const announcing =
      onWritten === undefined
        ? epochs.announce(request, operation, diffOfRequest(request))
        : epochs.announceItem(request, operation)
    // Epochs in memory are updated synchronously, and then the request is sent without waiting.
    const retract = announcing instanceof Promise ? await announcing : announcing
    try {
      const reply = await next(request, operation)
      const tookMs = clock.monotonic() - sentAt
      // The certain change below replaces the announced doubt.
      retract?.()
      if (onWritten === undefined) await epochs.advance(request, operation, diffOfReply(request, reply))
      else await epochs.advanceItem(request, operation)
      onWritten?.(periodOf(reply.response, tookMs))
      return reply
    } catch (error) {
      if (error instanceof UpstreamError && mayStillHappen(error)) epochs.suspendCaching(request, operation)
      if (isInDoubt(error)) await epochs.markInDoubt(request, operation)
      // Where other instances were notified there is no `retract`, and the write stays in doubt.
      else if (error instanceof UpstreamError && error.progress !== 'sent') retract?.()
      // A refusal may mean that the appointment differs from its cached state.
      else await epochs.advance(request, operation)
      throw error
    }
  }

  function read(request: RestRequest, operation: Operation, next: Send): Promise<Reply> {
    const own = endingOf(request, operation)
    if (own.aborted) return Promise.reject(operationEnded())
    // A mutation's reads may use the reserve of the quota, so they can't share a request that may not.
    const key = `${epochs.keyOf(request, operation)}${operation.ledger.isMutation ? ' mutation' : ''}`
    const existing = inFlight.get(key)
    if (existing !== undefined) operation.ledger.joined += 1
    const shared = existing ?? begin(key, request, operation, next)
    return subscribe(shared, { own, ledger: operation.ledger }, () => release(key, shared))
  }

  function begin(key: string, request: RestRequest, operation: Operation, next: Send): SharedRequest {
    const ending = createAbortable()
    const requestedAt = clock.monotonic()
    const sent = next(request, { ...operation, signal: ending, deadline: ending })
    const reply = sent.then(
      (received) => {
        release(key, shared)
        return { ...received, requestedAt: received.requestedAt ?? requestedAt }
      },
      (error: unknown) => {
        release(key, shared)
        throw error
      },
    )
    const shared: SharedRequest = { reply, ending, subscribers: 0 }
    inFlight.set(key, shared)
    return shared
  }

  /** From now on an equal read sends a request of its own. */
  function release(key: string, shared: SharedRequest): void {
    if (inFlight.get(key) === shared) inFlight.delete(key)
  }

  return (next) => (request, operation) =>
    request.method === 'GET' ? read(request, operation, next) : write(request, operation, next)
}

/** Waits for the shared reply until the subscriber's own ending. The last subscriber that leaves aborts the request. */
function subscribe(
  shared: SharedRequest,
  { own, ledger }: { readonly own: Ending; readonly ledger: Ledger },
  release: () => void,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    ledger.waiting += 1
    const leave = {
      handleEvent() {
        ledger.waiting -= 1
        reject(operationEnded())
        shared.subscribers -= 1
        if (shared.subscribers > 0) return
        release()
        shared.ending.abort()
      },
    }
    shared.subscribers += 1
    own.addEventListener('abort', leave)
    shared.reply.then(
      (reply) => {
        if (!own.aborted) ledger.waiting -= 1
        own.removeEventListener('abort', leave)
        resolve(reply)
      },
      (error: unknown) => {
        if (!own.aborted) ledger.waiting -= 1
        own.removeEventListener('abort', leave)
        reject(error)
      },
    )
  })
}
