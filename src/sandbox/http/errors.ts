/** An error that the API returns on purpose: its HTTP status, and the code, message and details of the envelope. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly details: Readonly<Record<string, unknown>> | undefined

  constructor(status: number, code: string, message: string, details?: Readonly<Record<string, unknown>>) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = code
    this.details = details
  }
}

/** `fields` has one problem for each parameter, header or body field at fault; its key `body` is the complete body. */
export function validationError(fields: Readonly<Record<string, string>>): ApiError {
  const problems = Object.entries(fields).map(([field, problem]) => `${field} ${problem}`)
  return new ApiError(400, 'VALIDATION_ERROR', problems.join('; '), { fields })
}

/** `status` is one of HTTP's own for a request that the server cannot parse: 400, 408 or 431. */
export function malformedRequest(status: number): ApiError {
  return new ApiError(status, 'VALIDATION_ERROR', 'This is not a request that HTTP allows')
}

export function unauthorized(): ApiError {
  return new ApiError(
    401,
    'UNAUTHORIZED',
    'Missing or unknown API key: send "Authorization: Bearer pk_test_…"',
  )
}

export function forbidden(scope: string): ApiError {
  return new ApiError(403, 'FORBIDDEN', `This API key lacks the scope ${scope}`, { required_scope: scope })
}

/** Also for an appointment of another organisation, so that the response does not reveal that it exists. */
export function appointmentNotFound(): ApiError {
  return new ApiError(404, 'NOT_FOUND', 'No such appointment')
}

/** Also for a webhook of another organisation. */
export function webhookNotFound(): ApiError {
  return new ApiError(404, 'NOT_FOUND', 'No such webhook')
}

/** Also for an entry of another organisation. `kind` is for messages, such as `patient`. */
export function entryNotFound(kind: string): ApiError {
  return new ApiError(404, 'NOT_FOUND', `No such ${kind}`)
}

export function routeNotFound(): ApiError {
  return new ApiError(404, 'NOT_FOUND', 'No such endpoint')
}

export function methodNotAllowed(allowed: readonly string[]): ApiError {
  return new ApiError(405, 'METHOD_NOT_ALLOWED', `This endpoint answers ${allowed.join(', ')}`, { allowed })
}

/** Message and details are those of the example (reference: "The error envelope"). */
export function invalidStateTransition(status: 409 | 422, current: string): ApiError {
  return new ApiError(
    status,
    'INVALID_STATE_TRANSITION',
    `Cannot cancel appointment with status "${current}"`,
    { current_status: current, attempted_action: 'cancel' },
  )
}

export function idempotencyConflict(): ApiError {
  return new ApiError(409, 'CONFLICT', 'This Idempotency-Key was already used with another body')
}

export function payloadTooLarge(maxBytes: number): ApiError {
  return new ApiError(413, 'PAYLOAD_TOO_LARGE', `A body may hold ${maxBytes} bytes at most`)
}

export function unsupportedMediaType(): ApiError {
  return new ApiError(415, 'UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json')
}

/** Without `details`, as the hosted service documents it. */
export function rateLimited(): ApiError {
  return new ApiError(429, 'RATE_LIMITED', 'The quota of this hour is spent')
}

export function internalError(): ApiError {
  return new ApiError(500, 'INTERNAL_ERROR', 'Something went wrong on our side')
}
