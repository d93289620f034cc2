import { GraphQLError } from 'graphql'
import { LimitError } from '../schema/errors.ts'
import type { LimitName } from './limits/limits.ts'

interface Http {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** The status is 200 in the older media type, as for any fault of the document (GraphQL over HTTP, 6.4). */
  readonly spec?: boolean
}

// One maker for each refusal of the edge: the request, the document or its sender is at fault, and nothing runs.

/** @default HTTP status 400 */
export function badRequest(message: string, http: Http = { status: 400 }): GraphQLError {
  return refusal('BAD_REQUEST', message, http)
}

export function limitExceeded(name: LimitName, max: number, message: string, http: Http): GraphQLError {
  const originalError = new LimitError(name, max, message)
  return new GraphQLError(message, { originalError, extensions: { http } })
}

export function nothingAt(endpoint: string): GraphQLError {
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

/** A condition has taken away the one field that a subscription has. */
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

/** The document is one for routers, and the request does not have their secret. */
export function routersOnly(): GraphQLError {
  const message =
    '`_service` and `_entities` are for the router, which sends its secret in x-federation-secret.'
  return refusal('FORBIDDEN', message, { status: 403 })
}

/** A caller that sees a part of the clinic's appointments does not see how much is done with all of them. */
export function metricsForbidden(): GraphQLError {
  const message = 'Metrics are for callers with the scope appointments:read that are not limited to anybody.'
  return refusal('FORBIDDEN', message, { status: 403 })
}

/** The request has no credential, and only with one would the gateway look at the rest. */
export function credentialNeeded(message: string): GraphQLError {
  return refusal('UNAUTHENTICATED', message, { status: 401, headers: { 'www-authenticate': 'Bearer' } })
}

/** An issuer that can't be reached is not the caller's fault, and no reason to log out. */
export function issuerUnreachable(): GraphQLError {
  const message = 'Tokens can not be checked now: the keys of their issuer can not be read.'
  return refusal('UPSTREAM_UNAVAILABLE', message, { status: 503 })
}

export function overloaded(): GraphQLError {
  const message = 'The gateway has more to do than it can; try again in a second.'
  return refusal('OVERLOADED', message, { status: 503, headers: { 'retry-after': '1' } })
}

/** Of a calendar that never was, has expired, or is not this gateway's: nothing tells which. */
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

// Clients that send a hash in place of the text, as Apollo's do, send the text when they read one of these two. They look
// at the code or at the message, so both are of that protocol.

/** This text is needed; the hashes of others are known. */
export function persistedQueryNotFound(): GraphQLError {
  return refusal('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound', { status: 400, spec: true })
}

/** No hash is known: the client sends texts from now on. */
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
