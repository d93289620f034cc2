/** What an answer said of the key's quota: calls an hour, and calls left of it. */
export interface Quota {
  readonly limit: number
  readonly remaining: number
}

/** Upstream requests. */
export interface Estimate {
  readonly min: number
  readonly max: number
}

/** What the caller is told besides code and message, in `extensions`. */
export interface Told {
  /** HTTP status of the answer; absent when there was none. */
  readonly status?: number
  /** The upstream's own id of the exchange, to quote to its support. */
  readonly requestId?: string | undefined
  readonly details?: unknown
  /** RFC 3339: when a quota that is spent will be whole again. */
  readonly resetsAt?: string
  readonly estimate?: Estimate
  /** The part of an operation that costs most, by its response name. */
  readonly costliest?: string | undefined
  /** What shows how a write ended whose end is not known. */
  readonly check?: { readonly appointmentId: string } | { readonly idempotencyKey: string }
}

/**
 * How far an exchange came that failed:
 * - `none`: the gateway did not try
 * - `refused`: there was no connection, so nothing can have happened
 * - `sent`: the upstream may have done what it was asked
 */
export type Exchange = 'none' | 'refused' | 'sent'

/**
 * The only error that leaves `rest/`: the upstream refused, failed or answered nonsense, or was not asked. `code` is
 * the envelope's own where it has one, else one of the gateway's (design: the table of codes). `message` is fit to be
 * shown to the caller who asked.
 */
export class UpstreamError extends Error {
  readonly code: string
  readonly told: Told
  /** The answer that said so; absent when there was none. */
  readonly heard: Heard | undefined
  readonly exchange: Exchange

  constructor(
    code: string,
    message: string,
    told: Told = {},
    heard?: Heard,
    exchange: Exchange = heard === undefined ? 'none' : 'sent',
  ) {
    super(message)
    this.name = 'UpstreamError'
    this.code = code
    this.told = told
    this.heard = heard
    this.exchange = exchange
  }
}

/** What the headers of an answer say, whatever its envelope holds. */
export interface Heard {
  readonly status: number
  readonly requestId: string | undefined
  readonly quota: Quota | undefined
  /** The upstream's clock, in milliseconds since the epoch; undefined where it did not say. */
  readonly dateMs: number | undefined
  /** How long to wait, in milliseconds, by `Retry-After`. */
  readonly retryAfterMs: number | undefined
}

/** An answer that is neither data nor an error, or a value in it that the schema can't hold. */
export function invalidResponse(message: string, requestId?: string, heard?: Heard): UpstreamError {
  return new UpstreamError('UPSTREAM_INVALID_RESPONSE', message, { requestId }, heard)
}

/** Sent, and neither done nor refused for all that is known. */
export function isInDoubt(error: unknown): error is UpstreamError {
  if (!(error instanceof UpstreamError) || error.exchange !== 'sent') return false
  return ['UPSTREAM_UNAVAILABLE', 'UPSTREAM_TIMEOUT', 'UPSTREAM_INVALID_RESPONSE'].includes(error.code)
}

/** The API's name for "not found" is not documented, so its status decides; a page of a proxy is no such answer. */
export function isNotFound(error: unknown): error is UpstreamError {
  return (
    error instanceof UpstreamError && error.told.status === 404 && error.code !== 'UPSTREAM_INVALID_RESPONSE'
  )
}
