import { utcOf } from '../contract/instant.ts'

/** The key's quota by the headers of a response: requests an hour, and requests left. */
export interface QuotaCount {
  readonly limit: number
  readonly remaining: number
}

/** The status and headers of a response, whatever its body contains. */
export interface ResponseInfo {
  readonly status: number
  readonly requestId: string | undefined
  readonly quota: QuotaCount | undefined
  /** The upstream's clock, in milliseconds since the epoch; undefined where the response has no `Date`. */
  readonly dateMs: number | undefined
  /** The wait of `Retry-After`, in milliseconds. */
  readonly retryAfterMs: number | undefined
}

/** A range of upstream requests. */
export interface Estimate {
  readonly min: number
  readonly max: number
}

/** What a client reads, or sends again, to find out how a write with an unknown outcome ended. */
export type Check =
  | { readonly appointmentId: string }
  | { readonly patientId: string }
  | { readonly idempotencyKey: string }

/** The `extensions` of a GraphQL error besides its code. */
export interface ErrorExtensions {
  /** HTTP status of the response; absent where there was none. */
  readonly status?: number
  /** The upstream's own id of the exchange, to quote to its support. */
  readonly requestId?: string | undefined
  readonly details?: unknown
  /** RFC 3339: when a spent quota is full again. */
  readonly resetsAt?: string
  /** RFC 3339: since when the upstream has not answered. */
  readonly since?: string
  readonly estimate?: Estimate
  /** The root field that costs most, by its response name. */
  readonly costliest?: string | undefined
  readonly check?: Check
  /** The part of the requested time that is taken, RFC 3339 in UTC, and whose time it is. */
  readonly slot?: { readonly owner: string; readonly startTime: string; readonly endTime: string }
  /** The path of the invalid argument. */
  readonly argument?: string
  /** The `after` with which to resume the subscription. */
  readonly resumeAfter?: string
}

/**
 * How far a failed request got:
 * - `notSent`: the gateway did not try to send it
 * - `notConnected`: there was no connection, so the upstream did nothing
 * - `sent`: the upstream may have carried it out
 */
export type Progress = 'notSent' | 'notConnected' | 'sent'

interface Failure {
  readonly code: string
  readonly message: string
  readonly extensions?: ErrorExtensions
  /** The response that caused the error; absent where there was none. */
  readonly response?: ResponseInfo | undefined
  /** @default `sent` where there is a response, else `notSent` */
  readonly progress?: Progress
}

/**
 * The only error that leaves `rest/`: the upstream refused the request, failed, or sent an invalid response, or the gateway
 * did not send the request. `code` is the envelope's own where it has one, else one of the gateway's (`docs/errors.md`).
 * `message` may be shown to the caller whose request failed.
 */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError'
  readonly code: string
  readonly extensions: ErrorExtensions
  readonly response: ResponseInfo | undefined
  readonly progress: Progress

  constructor({ code, message, extensions = {}, response, progress }: Failure) {
    super(message)
    this.code = code
    this.extensions = extensions
    this.response = response
    this.progress = progress ?? (response === undefined ? 'notSent' : 'sent')
  }
}

// One function for each error. The first ones are the gateway's own: it sent no request.

export function unauthenticated(): UpstreamError {
  return new UpstreamError({
    code: 'UNAUTHENTICATED',
    message: 'Send the header "Authorization: Bearer <key>".',
  })
}

export function missingScope(scope: string): UpstreamError {
  return new UpstreamError({ code: 'FORBIDDEN', message: `The token lacks the scope ${scope}.` })
}

/** A narrowed caller may name no other patient or clinician. */
export function notOwn(kind: 'patient' | 'clinician'): UpstreamError {
  return new UpstreamError({ code: 'FORBIDDEN', message: `The token allows no ${kind} but its own.` })
}

/** A patient tries to change a field of its record that only the clinic may change. */
export function notEditableByPatient(): UpstreamError {
  return new UpstreamError({
    code: 'FORBIDDEN',
    message:
      'The token lets its patient change the preferred name, the address and how to be reached, and nothing else.',
  })
}

/** A narrowed caller gets it for a missing appointment and for someone else's alike. */
export function noSuchAppointment(): UpstreamError {
  return new UpstreamError({
    code: 'NOT_FOUND',
    message: 'There is no such appointment.',
    extensions: { status: 404 },
  })
}

/** A caller that is narrowed to a patient gets it for every other patient, existing or not. */
export function noSuchPatient(): UpstreamError {
  return new UpstreamError({
    code: 'NOT_FOUND',
    message: 'There is no such patient.',
    extensions: { status: 404 },
  })
}

/** Such a caller may book for any patient, so an appointment with a patient gives it no right to the patient's data. */
export function noPatientsForClinicians(): UpstreamError {
  return new UpstreamError({
    code: 'FORBIDDEN',
    message: 'The token is limited to a clinician, and reads no data of patients.',
  })
}

/** `costliest` is the root field that costs most, by its response name. */
export function tooCostly(estimate: Estimate, ceiling: number, costliest?: string): UpstreamError {
  return new UpstreamError({
    code: 'QUERY_TOO_COSTLY',
    message: `This needs at least ${estimate.min} upstream requests; one operation may cause ${ceiling}.`,
    extensions: { estimate, ...(costliest !== undefined && { costliest }) },
  })
}

/** The known quota has no room for the request. `resetsAtMs` is in milliseconds since the epoch. */
export function quotaSpent(resetsAtMs: number): UpstreamError {
  return new UpstreamError({
    code: 'RATE_LIMITED',
    message: 'The quota of this key has no room for it.',
    extensions: { resetsAt: utcOf(resetsAtMs) },
  })
}

/** @param sinceMs when the first of the failures in a row happened, in milliseconds since the epoch */
export function breakerOpen(sinceMs: number): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_UNAVAILABLE',
    message: 'The upstream does not answer, so nothing was sent; it is asked again in a few seconds.',
    extensions: { since: utcOf(sinceMs) },
  })
}

/** The deadline passed or the client disconnected, before the request was sent or while other operations wait for it. */
export function operationEnded(): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_TIMEOUT',
    message: 'The operation ended before the upstream answered.',
  })
}

/** The appointment has no such clinician, patient or location, so there is no schedule to check. */
export function noSlotOwner(owner: string, argument: string): UpstreamError {
  return new UpstreamError({
    code: 'BAD_USER_INPUT',
    message: `ifFree asks for the ${owner}'s time, and the appointment has no ${owner}.`,
    extensions: { argument },
  })
}

/** Other bookings of the same day take too long. Nothing was booked. */
export function bookingsBusy(): UpstreamError {
  return new UpstreamError({
    code: 'OVERLOADED',
    message: 'Other bookings for the same day are under way: nothing was booked; try again in a second.',
  })
}

/** The gateway receives no events of this caller's account. */
export function eventsUnavailable(): UpstreamError {
  return new UpstreamError({
    code: 'EVENTS_UNAVAILABLE',
    message: 'The gateway gets no events from the upstream on behalf of this caller.',
  })
}

/** The store that instances share is unreachable, and only the store has the events. */
export function eventsUnreachable(): UpstreamError {
  return new UpstreamError({
    code: 'OVERLOADED',
    message: 'The gateway can not receive changes now; try again in a second.',
  })
}

export function resumeExpired(): UpstreamError {
  return new UpstreamError({
    code: 'RESUME_EXPIRED',
    message:
      'The gateway no longer has the changes after this one: read the list again, and subscribe without `after`.',
  })
}

/** A subscriber reads more slowly than its appointments change. */
export function streamLagged(resumeAfter: string): UpstreamError {
  return new UpstreamError({
    code: 'STREAM_LAGGED',
    message: 'More changes wait for this subscriber than the gateway keeps: subscribe again with `after`.',
    extensions: { resumeAfter },
  })
}

/** The gateway stops. Another instance, or this one after its restart, can resume the stream. */
export function streamEnded(resumeAfter: string): UpstreamError {
  return new UpstreamError({
    code: 'STREAM_ENDED',
    message: 'The gateway is stopping: subscribe again with `after`.',
    extensions: { resumeAfter },
  })
}

/** The gateway stops, and with it a live query. */
export function liveEnded(): UpstreamError {
  return new UpstreamError({ code: 'STREAM_ENDED', message: 'The gateway is stopping: ask again.' })
}

/** For a narrowed caller the gateway could not find out from the upstream whether a changed appointment is its own. */
export function streamUndecided(resumeAfter: string): UpstreamError {
  return new UpstreamError({
    code: 'STREAM_ENDED',
    message: 'The upstream does not tell whose a changed appointment is: subscribe again with `after`.',
    extensions: { resumeAfter },
  })
}

// From here on: errors after the gateway tried to send the request.

export function noConnection(): UpstreamError {
  return connectionFailed('notConnected')
}

export function connectionBroken(): UpstreamError {
  return connectionFailed('sent')
}

function connectionFailed(progress: Progress): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_UNAVAILABLE',
    message: 'The upstream could not be reached, or broke off its answer.',
    progress,
  })
}

export function responseTimedOut(): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_TIMEOUT',
    message: 'The upstream did not answer in time.',
    progress: 'sent',
  })
}

export function responseTooLarge(): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_INVALID_RESPONSE',
    message: 'The upstream answered more than the gateway is willing to read.',
    progress: 'sent',
  })
}

/** A response that is neither data nor an error, or a value in it that the schema can't hold. */
export function invalidResponse(message: string, requestId?: string, response?: ResponseInfo): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_INVALID_RESPONSE',
    message,
    extensions: { requestId },
    response,
  })
}

/** The upstream refused the request. Code, message and details are the upstream's. */
export function refusedByUpstream(
  code: string,
  message: string,
  details: unknown,
  response: ResponseInfo,
): UpstreamError {
  const { status, requestId } = response
  return new UpstreamError({ code, message, extensions: { status, requestId, details }, response })
}

/** The message and details of a 5xx are meant for the upstream's operators, so neither is passed on. */
export function failedUpstream(code: string, response: ResponseInfo): UpstreamError {
  const { status, requestId } = response
  return new UpstreamError({
    code,
    message: `The upstream failed (HTTP ${status}).`,
    extensions: { status, requestId },
    response,
  })
}

/** The upstream's 429, with the instant from which the key may be used again. */
export function rateLimited(refusal: UpstreamError, resetsAtMs: number): UpstreamError {
  return new UpstreamError({
    code: 'RATE_LIMITED',
    message: refusal.message,
    extensions: { ...refusal.extensions, resetsAt: utcOf(resetsAtMs) },
    response: refusal.response,
  })
}

/** Worded like the upstream's own refusal, as the upstream would refuse the cancel of an appointment with this status. */
export function cannotCancel(status: string): UpstreamError {
  return new UpstreamError({
    code: 'INVALID_STATE_TRANSITION',
    message: `Cannot cancel appointment with status "${status}"`,
    extensions: { details: { current_status: status, attempted_action: 'cancel' } },
  })
}

interface SlotConflict {
  readonly owner: 'clinician' | 'patient' | 'location'
  readonly overlap: { readonly startTime: string; readonly endTime: string }
}

/** @param ownId the caller's own booking, where it should have been cancelled and could not be */
export function slotTaken({ owner, overlap }: SlotConflict, ownId?: string): UpstreamError {
  const check = ownId !== undefined && { check: { appointmentId: ownId } }
  return new UpstreamError({
    code: 'SLOT_TAKEN',
    message: `The ${owner} has another appointment at this time.${
      check ? ' Yours was booked at the same moment, and could not be cancelled again: cancel it.' : ''
    }`,
    extensions: { slot: { owner: owner.toUpperCase(), ...overlap }, ...check },
  })
}

/** The appointment exists, but the gateway could not read whether another one took its time first. */
export function bookingUnchecked(appointmentId: string): UpstreamError {
  return new UpstreamError({
    code: 'OUTCOME_UNKNOWN',
    message:
      'It is booked, but whether its time was still free could not be found out: look at the day before you rely on it.',
    extensions: { check: { appointmentId } },
  })
}

/** @param created the kind of a create with an idempotency key */
export function outcomeUnknown(
  check: Check,
  created: 'appointment' | 'patient' = 'appointment',
): UpstreamError {
  const advice =
    'idempotencyKey' in check
      ? `Send the create again with this idempotencyKey: it gives the ${created}, and makes no second one.`
      : `Read the ${'patientId' in check ? 'patient' : 'appointment'} to see whether it did.`
  return new UpstreamError({
    code: 'OUTCOME_UNKNOWN',
    message: `The upstream was asked, and its answer was lost: it may have done it or not. ${advice}`,
    extensions: { check },
  })
}

/** The same error with the idempotency key that the caller sent, in place of the key derived from it. */
export function withCallersKey(error: unknown, idempotencyKey: string): unknown {
  if (!(error instanceof UpstreamError)) return error
  if (error.extensions.check === undefined || !('idempotencyKey' in error.extensions.check)) return error
  const { code, message, response, progress } = error
  const extensions = { ...error.extensions, check: { idempotencyKey } }
  return new UpstreamError({ code, message, extensions, response, progress })
}

/** The request was sent, and its outcome is unknown: there is no response, a 5xx, or an unreadable one. */
export function isInDoubt(error: unknown): error is UpstreamError {
  if (!(error instanceof UpstreamError) || error.progress !== 'sent') return false
  const { response, code } = error
  return response === undefined || response.status >= 500 || code === 'UPSTREAM_INVALID_RESPONSE'
}

/** The upstream may still carry out the request: the gateway, or a proxy in between, stopped waiting for the response. */
export function mayStillHappen(error: UpstreamError): boolean {
  if (error.progress !== 'sent') return false
  return error.code === 'UPSTREAM_TIMEOUT' || error.response?.status === 504
}

const STATUSES_OF_A_BAD_REQUEST = [400, 404, 405, 413, 415, 422]

/** The upstream found the request itself invalid, so it carried out neither this nor an earlier attempt at it. */
export function provesNothingDone(error: unknown): boolean {
  if (!(error instanceof UpstreamError) || error.code === 'UPSTREAM_INVALID_RESPONSE') return false
  return STATUSES_OF_A_BAD_REQUEST.includes(error.response?.status ?? 0)
}

/** The API documents no code for "not found", so the status decides. A proxy's 404 page does not count. */
export function isNotFound(error: unknown): error is UpstreamError {
  return (
    error instanceof UpstreamError &&
    error.extensions.status === 404 &&
    error.code !== 'UPSTREAM_INVALID_RESPONSE'
  )
}

export function isRateLimited(error: unknown): error is UpstreamError {
  return error instanceof UpstreamError && error.code === 'RATE_LIMITED'
}

/** The upstream failed, or did not answer in time. A refusal below 500 is an answer, and no failure. */
export function isDown(error: unknown): error is UpstreamError {
  if (!(error instanceof UpstreamError)) return false
  const { response, code } = error
  if (response !== undefined) return response.status >= 500
  return code === 'UPSTREAM_UNAVAILABLE' || code === 'UPSTREAM_TIMEOUT'
}

/** The status and headers of the response that caused the error. */
export function responseOf(error: unknown): ResponseInfo | undefined {
  return error instanceof UpstreamError ? error.response : undefined
}
