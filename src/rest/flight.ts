import { Abortable, type Ending, type EndingListener } from './ending.ts'
import type { Epochs } from './epochs.ts'
import { UpstreamError } from './errors.ts'
import { type Layer, type Operation, type Reply, type RestRequest, type Send, signalOf } from './pipe.ts'

/**
 * Equal reads in the air share one exchange. It goes on while anybody waits for it, whoever began it; each waiter
 * leaves by its own signal. Writes are never shared, and make later readers miss the flights that began before them.
 */
export function createFlights(epochs: Epochs, now: () => number): Layer {
  const flights = new Map<string, Flight>()

  function remove(key: string, flight: Flight): void {
    if (flights.get(key) === flight) flights.delete(key)
  }

  function begin(key: string, request: RestRequest, operation: Operation, next: Send): Flight {
    const flight = new Flight(() => remove(key, flight))
    const askedAt = now()
    const asked = next(request, { ...operation, signal: flight, deadline: flight })
    flights.set(key, flight)
    asked.then(
      (reply) => {
        const answer = { ...reply, askedAt }
        flight.land((waiter) => waiter.resolve(answer))
      },
      (error) => flight.land((waiter) => waiter.reject(error)),
    )
    return flight
  }

  return (next) => (request, operation) => {
    if (request.method !== 'GET') {
      epochs.bump(request, operation)
      return next(request, operation).finally(() => epochs.bump(request, operation))
    }
    // A mutation's read may use the reserve, so it can't depend on a flight that may not.
    const key = `${epochs.keyOf(request, operation)}${operation.ledger.isMutation ? ' mutation' : ''}`
    const inTheAir = flights.get(key)
    if (inTheAir !== undefined) operation.ledger.joined += 1
    const flight = inTheAir ?? begin(key, request, operation, next)
    return new Promise((resolve, reject) => {
      flight.board(new Waiter(flight, signalOf(request, operation), resolve, reject))
    })
  }
}

/**
 * One exchange, those who wait for it, and whether it goes on. It holds nobody once it has landed: a map whose
 * entries come and go leaves tables behind that keep what was in them, and they grow old.
 */
class Flight extends Abortable {
  private waiters: readonly Waiter[] = []
  private readonly remove: () => void

  constructor(remove: () => void) {
    super()
    this.remove = remove
  }

  board(waiter: Waiter): void {
    this.waiters = [...this.waiters, waiter]
    waiter.watchEnding()
  }

  leave(waiter: Waiter): void {
    this.waiters = this.waiters.filter((other) => other !== waiter)
    if (this.waiters.length > 0) return
    this.remove()
    this.abort()
  }

  land(tell: (waiter: Waiter) => void): void {
    this.remove()
    const { waiters } = this
    this.waiters = []
    for (const waiter of waiters) tell(waiter)
  }
}

/** One that waits for a flight, until its own ending. */
class Waiter implements EndingListener {
  private readonly flight: Flight
  private readonly ending: Ending
  private readonly onReply: (reply: Reply) => void
  private readonly onError: (error: unknown) => void

  constructor(
    flight: Flight,
    ending: Ending,
    onReply: (reply: Reply) => void,
    onError: (error: unknown) => void,
  ) {
    this.flight = flight
    this.ending = ending
    this.onReply = onReply
    this.onError = onError
  }

  watchEnding(): void {
    if (this.ending.aborted) this.handleEvent()
    else this.ending.addEventListener('abort', this)
  }

  resolve(reply: Reply): void {
    this.ending.removeEventListener('abort', this)
    this.onReply(reply)
  }

  reject(error: unknown): void {
    this.ending.removeEventListener('abort', this)
    this.onError(error)
  }

  handleEvent(): void {
    this.ending.removeEventListener('abort', this)
    this.onError(new UpstreamError('UPSTREAM_TIMEOUT', 'The operation ended before the upstream answered.'))
    this.flight.leave(this)
  }
}
