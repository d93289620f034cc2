import type { Epochs } from './epochs.ts'
import { UpstreamError } from './errors.ts'
import { type Layer, type Operation, type Reply, type RestRequest, type Send, signalOf } from './pipe.ts'

interface Flight {
  readonly reply: Promise<Reply>
  readonly askedAt: number
  readonly abandon: AbortController
  waiters: number
}

/**
 * Equal reads in the air share one exchange. It goes on while anybody waits for it, whoever began it; each waiter
 * leaves by its own signal. Writes are never shared, and make later readers miss the flights that began before them.
 */
export function createFlights(epochs: Epochs, now: () => number): Layer {
  const flights = new Map<string, Flight>()

  function begin(key: string, request: RestRequest, operation: Operation, next: Send): Flight {
    const abandon = new AbortController()
    const askedAt = now()
    const reply = next(request, { ...operation, signal: abandon.signal, deadline: abandon.signal })
    const flight: Flight = { reply, askedAt, abandon, waiters: 0 }
    flights.set(key, flight)
    const land = () => flights.get(key) === flight && flights.delete(key)
    reply.then(land, land)
    return flight
  }

  function join(key: string, flight: Flight, signal: AbortSignal): Promise<Reply> {
    flight.waiters += 1
    return new Promise((resolve, reject) => {
      function leave(): void {
        flight.waiters -= 1
        reject(new UpstreamError('UPSTREAM_TIMEOUT', 'The operation ended before the upstream answered.'))
        if (flight.waiters > 0) return
        if (flights.get(key) === flight) flights.delete(key)
        flight.abandon.abort()
      }
      if (signal.aborted) return leave()
      const stay = () => signal.removeEventListener('abort', leave)
      signal.addEventListener('abort', leave, { once: true })
      flight.reply.then(
        (answer) => {
          stay()
          resolve({ ...answer, askedAt: flight.askedAt })
        },
        (error) => {
          stay()
          reject(error)
        },
      )
    })
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
    return join(key, inTheAir ?? begin(key, request, operation, next), signalOf(request, operation))
  }
}
