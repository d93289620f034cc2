import type { AppointmentStatus, SlotOwner } from './generated/graphql.ts'

/** The extensions of an error, by its code. `requestId` is the upstream's id of its request. */
export interface ErrorExtensions {
  /** The status of the appointment does not allow the action. `details` is as the REST API sends it. */
  readonly INVALID_STATE_TRANSITION: Refused<{
    readonly current_status: Lowercase<AppointmentStatus>
    readonly attempted_action: string
  }>
  readonly CONFLICT: Refused<unknown>
  readonly NOT_FOUND: Refused<unknown>
  /** `details.fields` may have a message for each field. */
  readonly VALIDATION_ERROR: Refused<unknown>
  readonly UNAUTHENTICATED: { readonly requestId?: string }
  readonly FORBIDDEN: { readonly requestId?: string }
  /** The quota of the hour is spent. `resetsAt`: when it is full again, in RFC 3339. */
  readonly RATE_LIMITED: { readonly resetsAt?: string }
  /** The gateway refused the argument at the path `argument`, and sent no upstream request. */
  readonly BAD_USER_INPUT: { readonly argument: string }
  readonly UPSTREAM_TIMEOUT: { readonly status?: number }
  /** `since`: the gateway sent no request, because the upstream has not answered since then, in RFC 3339. */
  readonly UPSTREAM_UNAVAILABLE: { readonly status?: number; readonly since?: string }
  readonly UPSTREAM_INVALID_RESPONSE: { readonly requestId?: string }
  /** `estimate` is in upstream requests; `costliest` is the root field that may cost most. */
  readonly QUERY_TOO_COSTLY: {
    readonly estimate: { readonly min: number; readonly max: number }
    readonly costliest?: string
  }
  /** The gateway no longer finds the place of a cursor: read the list from its start. */
  readonly CURSOR_EXPIRED: object
  /** A write may or may not have happened. `check`: read this appointment or patient, or repeat the create with this key. */
  readonly OUTCOME_UNKNOWN: {
    readonly check?:
      | { readonly appointmentId: string }
      | { readonly patientId: string }
      | { readonly idempotencyKey: string }
  }
  /** `createAppointment` with `ifFree`: `slot` is the part of the time that is taken. `check`: cancel this booking. */
  readonly SLOT_TAKEN: {
    readonly slot: {
      readonly owner: SlotOwner
      readonly startTime: string
      readonly endTime: string
    }
    readonly check?: { readonly appointmentId: string }
  }
  /** A subscription or live query, and the gateway receives no events of the caller's account. */
  readonly EVENTS_UNAVAILABLE: object
  /** `createCalendarFeed`, and the gateway has no calendar feeds. */
  readonly CALENDAR_UNAVAILABLE: object
  /** The gateway no longer has the changes since `after`: read the list again, and subscribe without it. */
  readonly RESUME_EXPIRED: object
  /** The last part of a stream whose reader was too slow. `resumeAfter`: the `after` to resume from. */
  readonly STREAM_LAGGED: { readonly resumeAfter: string }
  /** The last part of a stream of a gateway that stops. `resumeAfter`, of a subscription: the `after` to resume from. */
  readonly STREAM_ENDED: { readonly resumeAfter?: string }
  /** A fault of the gateway. Its log has the fault under `errorId`. */
  readonly INTERNAL_SERVER_ERROR: { readonly errorId: string }
}

/** The upstream refused the request. `status` is the HTTP status of its response. */
interface Refused<Details> {
  readonly details: Details
  readonly status: number
  readonly requestId?: string
}

export type ErrorCode = keyof ErrorExtensions

/** An error of a GraphQL response. The upstream may add codes, so `code` is any string: `hasCode` narrows it. */
export interface GatewayError<Extensions extends object = object> {
  readonly message: string
  /** The path of the part of the response that failed. */
  readonly path?: readonly (string | number)[]
  readonly extensions: { readonly code: string } & Extensions
}

/** Narrows an error to one code: `if (hasCode(error, 'INVALID_STATE_TRANSITION')) error.extensions.details…` */
export function hasCode<Code extends ErrorCode>(
  error: GatewayError,
  code: Code,
): error is GatewayError<{ readonly code: Code } & ErrorExtensions[Code]> {
  return error.extensions?.code === code
}

/** A part of an operation failed; or, where `errors` is empty, the response is not a GraphQL response. */
export class RequestError extends Error {
  /** The status of the HTTP response. */
  readonly status: number
  readonly errors: readonly GatewayError[]
  /** The parts that did not fail. */
  readonly data: unknown

  constructor(answer: Pick<RequestError, 'status' | 'errors' | 'data'>) {
    const { status, errors, data } = answer
    super(errors[0]?.message ?? `The answer (HTTP status ${status}) is not one of GraphQL.`)
    this.name = 'RequestError'
    this.status = status
    this.errors = errors
    this.data = data
  }

  /** The first error of this code, with its typed extensions. */
  find<Code extends ErrorCode>(code: Code) {
    return this.errors.find((error) => hasCode(error, code))
  }
}

/**
 * A stream broke, and the client can't resume it: the subscription does not take `$after`, or does not select `sequence`.
 * Read again what the subscription keeps up to date, and subscribe anew. `cause` is why the stream broke, where known.
 */
export class ResumeError extends Error {
  constructor(options: ErrorOptions) {
    super(
      'The stream broke and can not go on: the subscription needs $after, and to select `sequence`.',
      options,
    )
    this.name = 'ResumeError'
  }
}
