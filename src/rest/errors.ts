/** What the answer said besides its data: the quota of the key, and when the upstream's clock said so. */
export interface Quota {
  readonly limit: number
  readonly remaining: number
}

interface UpstreamErrorOptions {
  /** HTTP status of the answer; absent when there was none. */
  readonly status?: number
  /** The upstream's own id of the exchange, to quote to its support. */
  readonly requestId?: string | undefined
  readonly details?: unknown
  readonly quota?: Quota | undefined
  /** RFC 3339: when a quota that is spent will be whole again. */
  readonly resetsAt?: string
}

/**
 * The only error that leaves `rest/`: the upstream refused, failed, or answered nonsense. `code` is the envelope's own
 * where it has one, else one of the gateway's (`UNAUTHENTICATED`, `FORBIDDEN`, `RATE_LIMITED`, `UPSTREAM_TIMEOUT`,
 * `UPSTREAM_UNAVAILABLE`, `UPSTREAM_INVALID_RESPONSE`). `message` is fit to be shown to the caller who asked.
 */
export class UpstreamError extends Error {
  readonly code: string
  readonly status: number | undefined
  readonly requestId: string | undefined
  readonly details: unknown
  readonly quota: Quota | undefined
  readonly resetsAt: string | undefined

  constructor(code: string, message: string, options: UpstreamErrorOptions = {}) {
    super(message)
    this.name = 'UpstreamError'
    this.code = code
    this.status = options.status
    this.requestId = options.requestId
    this.details = options.details
    this.quota = options.quota
    this.resetsAt = options.resetsAt
  }
}

/** An answer that is neither data nor an error, or a value in it that the schema can't hold. */
export function invalidResponse(message: string, options: UpstreamErrorOptions = {}): UpstreamError {
  return new UpstreamError('UPSTREAM_INVALID_RESPONSE', message, options)
}
