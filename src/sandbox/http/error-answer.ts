import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { ErrorEnvelope } from '../../contract/envelope.ts'
import type { ExchangeContext } from './exchange.ts'
import { internalError, invalid, notJson, Refusal } from './refusal.ts'

/** Told of what went wrong inside; never of what was refused. */
export type OnError = (error: unknown) => void

/** "The error envelope", for everything that is thrown on the way. */
export function answerError(onError: OnError) {
  return (error: unknown, c: ExchangeContext): Response => {
    const refusal = toRefusal(error)
    if (refusal !== error && refusal.status >= 500) onError(error)
    // Refusals begin at 400, where every status may have a body.
    const status = refusal.status as ContentfulStatusCode
    return c.json(errorEnvelope(refusal, c.get('requestId')), status)
  }
}

export function errorEnvelope({ code, message, details }: Refusal, requestId: string): ErrorEnvelope {
  return {
    data: null,
    meta: { request_id: requestId },
    error: details ? { code, message, details } : { code, message },
  }
}

/** The framework refuses two things by itself: a body that is not JSON, and one that doesn't say that it is. */
function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof HTTPException && error.status === 415) return notJson()
  if (error instanceof HTTPException && error.status === 400) return invalid({ body: 'must be JSON' })
  return internalError()
}
