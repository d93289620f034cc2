import { Abortable, type Ending, type EndingListener } from '../ending.ts'
import { UpstreamError } from '../errors.ts'
import type { Epochs } from './epochs.ts'
import { type Exchange, type Receiver, type Reply, replyOf, type Send, signalOf } from './pipe.ts'

/**
 * Equal reads in the air share one exchange. It goes on while anybody waits for it, whoever began it; each waiter
 * leaves by its own signal. Writes are never shared, and make later readers miss the flights that began before them.
 */
export function createFlights(epochs: Epochs, now: () => number, next: Exchange): Send {
  const air = new Air()

  return (request, operation) => {
    if (request.method !== 'GET') {
      epochs.bump(request, operation)
      return replyOf(next, request, operation).finally(() => epochs.bump(request, operation))
    }
    // A mutation's read may use the reserve, so it can't depend on a flight that may not.
    const key = `${epochs.keyOf(request, operation)}${operation.ledger.isMutation ? ' mutation' : ''}`
    const inTheAir = air.find(key)
    if (inTheAir !== undefined) operation.ledger.joined += 1
    const flight = inTheAir ?? new Flight(air, key, now())
    return new Promise((resolve, reject) => {
      flight.board(new Waiter(flight, signalOf(request, operation), resolve, reject))
      const isFirst = inTheAir === undefined && !flight.aborted
      if (isFirst) next(request, { ...operation, signal: flight, deadline: flight }, flight)
    })
  }
}

/**
 * What is in the air now. A map whose entries come and go makes its table anew at every few of them, and those of an old
 * map are old from the start, and keep their keys: 5 kB of 25 reads grew old for it. So the map itself does not.
 */
class Air {
  private flights = new Map<string, Flight>()
  private landed = 0

  find(key: string): Flight | undefined {
    return this.flights.get(key)
  }

  add(key: string, flight: Flight): void {
    this.flights.set(key, flight)
  }

  remove(key: string, flight: Flight): void {
    if (this.flights.get(key) === flight) this.flights.delete(key)
    this.landed += 1
    if (this.landed < this.flights.size + LANDED_AT_MOST) return
    this.flights = new Map(this.flights)
    this.landed = 0
  }
}

/** Fewer than there are between two collections. */
const LANDED_AT_MOST = 64

/** One exchange, those who wait for it, and whether it goes on. */
class Flight extends Abortable implements Receiver {
  private waiters: readonly Waiter[] = []
  private readonly air: Air
  private readonly key: string
  private readonly askedAt: number

  constructor(air: Air, key: string, askedAt: number) {
    super()
    this.air = air
    this.key = key
    this.askedAt = askedAt
    air.add(key, this)
  }

  board(waiter: Waiter): void {
    this.waiters = [...this.waiters, waiter]
    waiter.watchEnding()
  }

  leave(waiter: Waiter): void {
    this.waiters = this.waiters.filter((other) => other !== waiter)
    if (this.waiters.length > 0) return
    this.air.remove(this.key, this)
    this.abort()
  }

  onReply(reply: Reply): void {
    const answer = { ...reply, askedAt: this.askedAt }
    for (const waiter of this.land()) waiter.onReply(answer)
  }

  onError(error: unknown): void {
    for (const waiter of this.land()) waiter.onError(error)
  }

  private land(): readonly Waiter[] {
    this.air.remove(this.key, this)
    const { waiters } = this
    this.waiters = []
    return waiters
  }
}

/** One that waits for a flight, until its own ending. */
class Waiter implements Receiver, EndingListener {
  private readonly flight: Flight
  private readonly ending: Ending
  private readonly resolve: (reply: Reply) => void
  private readonly reject: (error: unknown) => void

  constructor(
    flight: Flight,
    ending: Ending,
    resolve: (reply: Reply) => void,
    reject: (error: unknown) => void,
  ) {
    this.flight = flight
    this.ending = ending
    this.resolve = resolve
    this.reject = reject
  }

  watchEnding(): void {
    if (this.ending.aborted) this.handleEvent()
    else this.ending.addEventListener('abort', this)
  }

  onReply(reply: Reply): void {
    this.ending.removeEventListener('abort', this)
    this.resolve(reply)
  }

  onError(error: unknown): void {
    this.ending.removeEventListener('abort', this)
    this.reject(error)
  }

  handleEvent(): void {
    this.reject(new UpstreamError('UPSTREAM_TIMEOUT', 'The operation ended before the upstream answered.'))
    this.flight.leave(this)
  }
}
