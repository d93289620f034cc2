import type { AppointmentStatus } from './generated/graphql.ts'

/** What an error of each code tells besides its code. `requestId` is the upstream's own id of the exchange. */
export interface ErrorExtensions {
  /** The appointment's status does not allow it; words as the REST API has them. */
  readonly INVALID_STATE_TRANSITION: Refused<{
    readonly current_status: Lowercase<AppointmentStatus>
    readonly attempted_action: string
  }>
  readonly CONFLICT: Refused<unknown>
  readonly NOT_FOUND: Refused<unknown>
  /** `details.fields` may have a sentence for each field. */
  readonly VALIDATION_ERROR: Refused<unknown>
  readonly UNAUTHENTICATED: { readonly requestId?: string }
  readonly FORBIDDEN: { readonly requestId?: string }
  /** `resetsAt`, RFC 3339: when the hour's quota is whole again. */
  readonly RATE_LIMITED: { readonly resetsAt?: string }
  /** `argument`: which one the gateway refused; the upstream was not asked. */
  readonly BAD_USER_INPUT: { readonly argument: string }
  readonly UPSTREAM_TIMEOUT: { readonly status?: number }
  readonly UPSTREAM_UNAVAILABLE: { readonly status?: number }
  readonly UPSTREAM_INVALID_RESPONSE: { readonly requestId?: string }
  readonly QUERY_TOO_COSTLY: {
    readonly estimate: { readonly min: number; readonly max: number }
    readonly costliest?: string
  }
  /** The place that a cursor names is lost: read the list from its start. */
  readonly CURSOR_EXPIRED: object
  /** How a write ended is not known; this shows it. */
  readonly OUTCOME_UNKNOWN: {
    readonly check?: { readonly appointmentId: string } | { readonly idempotencyKey: string }
  }
  /** A fault of the gateway's own, logged under this id. */
  readonly INTERNAL_SERVER_ERROR: { readonly errorId: string }
}

interface Refused<Details> {
  readonly details: Details
  readonly status: number
  readonly requestId?: string
}

export type ErrorCode = keyof ErrorExtensions

/** An error of an answer. The upstream may answer codes of its own, so any text may be one: `hasCode` tells them apart. */
export interface GatewayError<Extensions extends object = object> {
  readonly message: string
  /** Which part of the answer failed. */
  readonly path?: readonly (string | number)[]
  readonly extensions: { readonly code: string } & Extensions
}

/** Narrows an error to those of one code: `if (hasCode(error, 'INVALID_STATE_TRANSITION')) error.extensions.details…` */
export function hasCode<Code extends ErrorCode>(
  error: GatewayError,
  code: Code,
): error is GatewayError<{ readonly code: Code } & ErrorExtensions[Code]> {
  return error.extensions?.code === code
}

/** Some part of an operation failed; or, where there are no errors, what came back was no GraphQL answer. */
export class RequestError extends Error {
  /** Of the HTTP answer. */
  readonly status: number
  readonly errors: readonly GatewayError[]
  /** What did not fail. */
  readonly data: unknown

  constructor(answer: Pick<RequestError, 'status' | 'errors' | 'data'>) {
    const { status, errors, data } = answer
    super(errors[0]?.message ?? `The answer (HTTP status ${status}) is not one of GraphQL.`)
    this.name = 'RequestError'
    this.status = status
    this.errors = errors
    this.data = data
  }

  /** The first error of this code, with what it tells. */
  find<Code extends ErrorCode>(code: Code) {
    return this.errors.find((error) => hasCode(error, code))
  }
}
