import type { Clock } from '../clock.ts'
import { type ResponseInfo, UpstreamError } from '../errors.ts'
import { endingOf, type Layer, type RestRequest } from '../pipe/pipe.ts'

/**
 * How a request to the upstream ended:
 * - `ok`: with data
 * - `refused`: with a 4xx
 * - `limited`: with a 429
 * - `timeout`: without a response in time
 * - `unavailable`: with a 5xx, or a connection that broke or was never established
 * - `invalid`: with an invalid response
 * - `abandoned`: its operation ended first
 */
export type ExchangeOutcome =
  | 'ok'
  | 'refused'
  | 'limited'
  | 'timeout'
  | 'unavailable'
  | 'invalid'
  | 'abandoned'

/** One attempt at a request to the upstream. It contains no data of a patient. */
export interface ExchangeReport {
  /** The method, and the path with `{id}` in place of an id: `GET /appointments/{id}`. */
  readonly route: string
  readonly outcome: ExchangeOutcome
  readonly seconds: number
  /** It is the first attempt at a read, no retry. */
  readonly isFirstRead: boolean
}

export interface ObservationOptions {
  readonly clock: Pick<Clock, 'monotonic'>
  readonly observe: (report: ExchangeReport) => void
}

/** Reports each request to the upstream, and traces it in a child span of its operation's span. */
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
      // Not the code in the envelope: that is a text of the upstream's.
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

/** The gateway builds all paths itself: `/resource`, `/resource/id` or `/resource/id/action`. */
function routeOf({ method, path }: RestRequest): string {
  const resourceEnd = path.indexOf('/', 1)
  if (resourceEnd === -1) return `${method} ${path}`
  const idEnd = path.indexOf('/', resourceEnd + 1)
  return `${method} ${path.slice(0, resourceEnd)}/{id}${idEnd === -1 ? '' : path.slice(idEnd)}`
}
