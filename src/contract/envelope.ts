/** The envelopes that every answer of the REST API comes in. */

export interface ErrorEnvelope {
  readonly data: null
  readonly meta: { readonly request_id: string }
  readonly error: {
    readonly code: string
    readonly message: string
    readonly details?: Readonly<Record<string, unknown>>
  }
}

/** On every answer of a key that has a quota: calls an hour, calls left, and the id to quote to support. */
export const HEADERS = {
  limit: 'x-ratelimit-limit',
  remaining: 'x-ratelimit-remaining',
  requestId: 'x-request-id',
} as const
