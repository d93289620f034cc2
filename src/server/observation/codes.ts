/** The error codes of docs/errors.md. An upstream error may have any other text as its code. */
const KNOWN: ReadonlySet<string> = new Set([
  'BAD_REQUEST',
  'BAD_USER_INPUT',
  'CALENDAR_UNAVAILABLE',
  'CONFLICT',
  'CSRF_REFUSED',
  'CURSOR_EXPIRED',
  'DOCUMENT_NOT_TRUSTED',
  'EVENTS_UNAVAILABLE',
  'FORBIDDEN',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'INTERNAL_SERVER_ERROR',
  'INVALID_STATE_TRANSITION',
  'LIMIT_EXCEEDED',
  'METHOD_NOT_ALLOWED',
  'NOT_FOUND',
  'OPERATION_RESOLUTION_FAILURE',
  'OUTCOME_UNKNOWN',
  'OVERLOADED',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'QUERY_TOO_COSTLY',
  'RATE_LIMITED',
  'RESUME_EXPIRED',
  'SLOT_TAKEN',
  'STREAM_ENDED',
  'STREAM_LAGGED',
  'UNAUTHENTICATED',
  'UPSTREAM_INVALID_RESPONSE',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
  'VALIDATION_ERROR',
])

/** The code if it is in docs/errors.md, else `other`. */
export function knownCode(code: string): string {
  return KNOWN.has(code) ? code : 'other'
}
