/** The envelope of an error response of the REST API, and the headers of every response. */

export interface ErrorEnvelope {
  readonly data: null
  readonly meta: { readonly request_id: string }
  readonly error: {
    readonly code: string
    readonly message: string
    readonly details?: Readonly<Record<string, unknown>>
  }
}

/** `limit` and `remaining` count the requests of the current hour; only keys with a quota get these two headers. */
export const HEADERS = {
  limit: 'x-ratelimit-limit',
  remaining: 'x-ratelimit-remaining',
  requestId: 'x-request-id',
} as const
