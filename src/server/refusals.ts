import { GraphQLError } from 'graphql'
import { LimitError } from '../schema/errors.ts'
import type { LimitName } from './limits/limits.ts'

interface Http {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** The status is 200 with `application/json`, as for any error of the document (GraphQL over HTTP, 6.4). */
  readonly spec?: boolean
}

// One function for each refusal of the edge: the request, the document or its sender is at fault, and nothing runs.

/** @default HTTP status 400 */
export function badRequest(message: string, http: Http = { status: 400 }): GraphQLError {
  return refusal('BAD_REQUEST', message, http)
}

export function limitExceeded(name: LimitName, max: number, message: string, http: Http): GraphQLError {
  const originalError = new LimitError(name, max, message)
  return new GraphQLError(message, { originalError, extensions: { http } })
}

export function noSuchPath(endpoint: string): GraphQLError {
  return badRequest(`This path answers nothing; GraphQL has the path ${endpoint}.`, { status: 404 })
}

export function notAcceptable(): GraphQLError {
  const message = 'The answer is application/graphql-response+json or application/json: accept one of them.'
  return badRequest(message, { status: 406 })
}

export function notStreamable(): GraphQLError {
  const message = 'A subscription is answered as a stream: accept text/event-stream or multipart/mixed.'
  return badRequest(message, { status: 406 })
}

/** `@skip` or `@include` has excluded the only field of a subscription. */
export function noRootField(): GraphQLError {
  return badRequest('A subscription selects one field, and this one selects none.')
}

/** A page of another site may have sent the request. */
export function csrfRefused(message: string): GraphQLError {
  return refusal('CSRF_REFUSED', message, { status: 403 })
}

export function invalidToken(message: string): GraphQLError {
  const headers = { 'www-authenticate': 'Bearer error="invalid_token"' }
  return refusal('UNAUTHENTICATED', message, { status: 401, headers })
}

export function tokenExpired(): GraphQLError {
  return invalidToken('The token has expired.')
}

/** Only a router may send the document, and the request does not have the router's secret. */
export function routersOnly(): GraphQLError {
  const message =
    '`_service` and `_entities` are for the router, which sends its secret in x-federation-secret.'
  return refusal('FORBIDDEN', message, { status: 403 })
}

/** A caller that may read only some of the clinic's appointments may not read figures about all of them. */
export function metricsForbidden(): GraphQLError {
  const message = 'Metrics are for callers with the scope appointments:read that are not limited to anybody.'
  return refusal('FORBIDDEN', message, { status: 403 })
}

/** The request has no credential, and the gateway checks nothing else without one. */
export function credentialNeeded(message: string): GraphQLError {
  return refusal('UNAUTHENTICATED', message, { status: 401, headers: { 'www-authenticate': 'Bearer' } })
}

/** An unreachable issuer is not the caller's fault, so this is no `UNAUTHENTICATED`, on which clients log out. */
export function issuerUnreachable(): GraphQLError {
  const message = 'Tokens can not be checked now: the keys of their issuer can not be read.'
  return refusal('UPSTREAM_UNAVAILABLE', message, { status: 503 })
}

export function overloaded(): GraphQLError {
  const message = 'The gateway has more to do than it can; try again in a second.'
  return refusal('OVERLOADED', message, { status: 503, headers: { 'retry-after': '1' } })
}

/** The calendar never existed, has expired, or belongs to another gateway: the error is the same. */
export function noSuchCalendar(): GraphQLError {
  return refusal('NOT_FOUND', 'There is no such calendar.', { status: 404 })
}

export function calendarUnreadable(code: string, retryAfterSeconds: number): GraphQLError {
  const headers = { 'retry-after': String(retryAfterSeconds) }
  return refusal(code, 'The calendar can not be read now.', { status: 503, headers })
}

export function documentNotTrusted(message: string): GraphQLError {
  return refusal('DOCUMENT_NOT_TRUSTED', message, { status: 400 })
}

// Clients that send a hash in place of the text, such as Apollo's, retry with the text after one of the next two errors.
// They check the code or the message, so both are those of that protocol.

/** The hash is unknown: the client retries with the text. */
export function persistedQueryNotFound(): GraphQLError {
  return refusal('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound', { status: 400, spec: true })
}

/** The gateway knows no hashes: the client sends texts from now on. */
export function persistedQueryNotSupported(): GraphQLError {
  return refusal('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported', { status: 400, spec: true })
}

export function noSuchOperation(): GraphQLError {
  const message = 'Could not determine what operation to execute.'
  return refusal('OPERATION_RESOLUTION_FAILURE', message, { status: 400 })
}

export function mutationByGet(): GraphQLError {
  const message = 'Can only perform a mutation operation from a POST request.'
  return badRequest(message, { status: 405, headers: { allow: 'POST' } })
}

function refusal(code: string, message: string, http: Http): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http } })
}
