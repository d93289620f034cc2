import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { ErrorEnvelope } from '../../contract/envelope.ts'
import type { RequestContext } from './context.ts'
import { ApiError, internalError, unsupportedMediaType, validationError } from './errors.ts'

/** Called with errors inside the sandbox, never with an error that a client caused. */
export type OnError = (error: unknown) => void

/** Turns an error of a route or a middleware into a response (reference: "The error envelope"). */
export function createErrorHandler(onError: OnError) {
  return (error: unknown, c: RequestContext): Response => {
    const apiError = toApiError(error)
    if (apiError !== error && apiError.status >= 500) onError(error)
    // An ApiError has a status of 400 or more, and any of these may have a body.
    const status = apiError.status as ContentfulStatusCode
    return c.json(errorEnvelope(apiError, c.get('requestId')), status)
  }
}

export function errorEnvelope({ code, message, details }: ApiError, requestId: string): ErrorEnvelope {
  return {
    data: null,
    meta: { request_id: requestId },
    error: details ? { code, message, details } : { code, message },
  }
}

/** Hono's own validator throws an HTTPException for a body that is not JSON and for another content type. */
function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof HTTPException && error.status === 415) return unsupportedMediaType()
  if (error instanceof HTTPException && error.status === 400) return validationError({ body: 'must be JSON' })
  return internalError()
}
