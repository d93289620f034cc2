/** Every error the API answers on purpose: its HTTP status, the envelope's code, and what `details` hold. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly details: Readonly<Record<string, unknown>> | undefined

  constructor(status: number, code: string, message: string, details?: Readonly<Record<string, unknown>>) {
    super(message)
    this.name = 'Refusal'
    this.status = status
    this.code = code
    this.details = details
  }
}

/** `details.fields` has a sentence for each parameter, header or body field; `body` is the body as a whole. */
export function invalid(fields: Readonly<Record<string, string>>): Refusal {
  const told = Object.entries(fields).map(([field, problem]) => `${field} ${problem}`)
  return new Refusal(400, 'VALIDATION_ERROR', told.join('; '), { fields })
}

export function unauthorized(): Refusal {
  return new Refusal(
    401,
    'UNAUTHORIZED',
    'Missing or unknown API key: send "Authorization: Bearer pk_test_…"',
  )
}

export function forbidden(scope: string): Refusal {
  return new Refusal(403, 'FORBIDDEN', `This API key lacks the scope ${scope}`, { required_scope: scope })
}

/** Also for what belongs to another organisation: that it exists is not told. */
export function appointmentNotFound(): Refusal {
  return new Refusal(404, 'NOT_FOUND', 'No such appointment')
}

export function routeNotFound(): Refusal {
  return new Refusal(404, 'NOT_FOUND', 'No such endpoint')
}

export function methodNotAllowed(allowed: readonly string[]): Refusal {
  return new Refusal(405, 'METHOD_NOT_ALLOWED', `This endpoint answers ${allowed.join(', ')}`, { allowed })
}

/** "The error envelope": message and details word for word as in the reference. */
export function cannotCancel(httpStatus: 409 | 422, current: string): Refusal {
  return new Refusal(
    httpStatus,
    'INVALID_STATE_TRANSITION',
    `Cannot cancel appointment with status "${current}"`,
    { current_status: current, attempted_action: 'cancel' },
  )
}

export function idempotencyConflict(): Refusal {
  return new Refusal(409, 'CONFLICT', 'This Idempotency-Key was already used with another body')
}

export function bodyTooLarge(bytes: number): Refusal {
  return new Refusal(413, 'PAYLOAD_TOO_LARGE', `A body may hold ${bytes} bytes at most`)
}

export function notJson(): Refusal {
  return new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json')
}

/** Documented without `details`. */
export function rateLimited(): Refusal {
  return new Refusal(429, 'RATE_LIMITED', 'The quota of this hour is spent')
}

export function internalError(): Refusal {
  return new Refusal(500, 'INTERNAL_ERROR', 'Something went wrong on our side')
}

export function unreadableRequest(status: number): Refusal {
  return new Refusal(status, 'VALIDATION_ERROR', 'This is not a request that HTTP allows')
}
