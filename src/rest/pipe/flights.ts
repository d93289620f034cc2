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
import { diffOfSent, diffOfWritten } from './written.ts'

export interface FlightOptions {
  readonly epochs: Epochs
  readonly clock: Clock
}

/** A read in flight, and the operations that wait for its reply. */
interface SharedRequest {
  readonly reply: Promise<Reply>
  readonly ending: Abortable
  subscribers: number
}

/**
 * Equal reads in flight share one upstream request. It lives while at least one operation waits for it, also when the one
 * that began it has left, and each of them leaves by its own ending. Writes are never shared. A read that begins after a
 * write does not join one that began before it.
 */
export function createFlights({ epochs, clock }: FlightOptions): Layer {
  const inFlight = new Map<string, SharedRequest>()

  async function write(request: RestRequest, operation: Operation, next: Send): Promise<Reply> {
    const { onWritten } = operation
    const sentAt = clock.monotonic()
    // Until it is answered nobody can expect to see it, so that lists which are told of it by themselves can wait.
    const announcing =
      onWritten === undefined
        ? epochs.announce(request, operation, diffOfSent(request))
        : epochs.announceItem(request, operation)
    // In memory it is done, and the request goes out at once.
    const retract = announcing instanceof Promise ? await announcing : announcing
    try {
      const reply = await next(request, operation)
      const tookMs = clock.monotonic() - sentAt
      // What it was announced as is certain by now.
      retract?.()
      if (onWritten === undefined) await epochs.bump(request, operation, diffOfWritten(request, reply))
      else await epochs.bumpItem(request, operation)
      onWritten?.(periodOf(reply.response, tookMs))
      return reply
    } catch (error) {
      if (error instanceof UpstreamError && mayStillHappen(error)) epochs.distrust(request, operation)
      if (isInDoubt(error)) await epochs.doubt(request, operation)
      // Where others were told, it stays in doubt.
      else if (error instanceof UpstreamError && error.progress !== 'sent') retract?.()
      // One that was refused may have found another state than what is cached.
      else await epochs.bump(request, operation)
      throw error
    }
  }

  function read(request: RestRequest, operation: Operation, next: Send): Promise<Reply> {
    const own = endingOf(request, operation)
    if (own.aborted) return Promise.reject(operationEnded())
    // A mutation's reads may use the reserve of the quota, so they can't share a request that may not.
    const key = `${epochs.keyOf(request, operation)}${operation.ledger.isMutation ? ' mutation' : ''}`
    const joined = inFlight.get(key)
    if (joined !== undefined) operation.ledger.joined += 1
    const shared = joined ?? begin(key, request, operation, next)
    return subscribe(shared, { own, ledger: operation.ledger }, () => release(key, shared))
  }

  function begin(key: string, request: RestRequest, operation: Operation, next: Send): SharedRequest {
    const ending = createAbortable()
    const askedAt = clock.monotonic()
    const sent = next(request, { ...operation, signal: ending, deadline: ending })
    const reply = sent.then(
      (received) => {
        release(key, shared)
        return { ...received, askedAt: received.askedAt ?? askedAt }
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

  /** Later reads begin a request of their own. */
  function release(key: string, shared: SharedRequest): void {
    if (inFlight.get(key) === shared) inFlight.delete(key)
  }

  return (next) => (request, operation) =>
    request.method === 'GET' ? read(request, operation, next) : write(request, operation, next)
}

/** Waits for the shared reply until the subscriber's own ending. The last one that leaves ends the request. */
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
