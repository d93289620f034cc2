import type { Clock } from '../clock.ts'
import { type ResponseInfo, UpstreamError } from '../errors.ts'
import { endingOf, type Layer, type RestRequest } from '../pipe/pipe.ts'

/**
 * How a request to the upstream ended:
 * - `ok`: with data
 * - `refused`: with a 4xx
 * - `limited`: with a 429
 * - `timeout`: not in time
 * - `unavailable`: with a 5xx, a broken connection, or none at all
 * - `invalid`: with an answer that is none
 * - `abandoned`: the operation ended first, and so did its client's interest
 */
export type ExchangeOutcome =
  | 'ok'
  | 'refused'
  | 'limited'
  | 'timeout'
  | 'unavailable'
  | 'invalid'
  | 'abandoned'

/** One request to the upstream, each attempt for itself. Nothing of a patient is in it. */
export interface ExchangeReport {
  /** The method, and the path with `{id}` in place of an id: `GET /appointments/{id}`. */
  readonly route: string
  readonly outcome: ExchangeOutcome
  readonly seconds: number
  /** It reads, and is no repetition of an attempt that failed. */
  readonly isFirstRead: boolean
}

export interface ObservationOptions {
  readonly clock: Pick<Clock, 'monotonic'>
  readonly observe: (report: ExchangeReport) => void
}

/** Tells of each request that goes to the upstream, and gives it a span within that of its operation. */
export function createObservation({ clock, observe }: ObservationOptions): Layer {
  return (next) => async (request, operation) => {
    const { attempt = 1 } = operation
    const route = routeOf(request)
    const span = operation.span?.begin(route)
    const sentAt = clock.monotonic()

    function end(outcome: ExchangeOutcome, response: ResponseInfo | undefined): void {
      const seconds = (clock.monotonic() - sentAt) / 1000
      observe({ route, outcome, seconds, isFirstRead: request.method === 'GET' && attempt === 1 })
      const { status, quota } = response ?? {}
      // The code in an envelope is a text of the upstream's.
      const code = outcome === 'ok' ? undefined : outcome
      span?.end({ facts: { outcome, status, attempt, quotaRemaining: quota?.remaining }, code })
    }

    try {
      const reply = await next(request, span === undefined ? operation : { ...operation, span })
      end('ok', reply.response)
      return reply
    } catch (error) {
      const { response, code } = error instanceof UpstreamError ? error : {}
      end(endingOf(request, operation).aborted ? 'abandoned' : outcomeOf(response, code), response)
      throw error
    }
  }
}

const OUTCOMES: Readonly<Record<string, ExchangeOutcome>> = {
  UPSTREAM_TIMEOUT: 'timeout',
  UPSTREAM_UNAVAILABLE: 'unavailable',
}

function outcomeOf(response: ResponseInfo | undefined, code = ''): ExchangeOutcome {
  if (response === undefined) return OUTCOMES[code] ?? 'invalid'
  if (response.status === 429) return 'limited'
  if (code === 'UPSTREAM_INVALID_RESPONSE') return 'invalid'
  return response.status < 500 ? 'refused' : 'unavailable'
}

/** The paths are the gateway's own: a resource, the id of one of it, and what is done with that. */
function routeOf({ method, path }: RestRequest): string {
  const resourceEnd = path.indexOf('/', 1)
  if (resourceEnd === -1) return `${method} ${path}`
  const idEnd = path.indexOf('/', resourceEnd + 1)
  return `${method} ${path.slice(0, resourceEnd)}/{id}${idEnd === -1 ? '' : path.slice(idEnd)}`
}
