import { z } from '@hono/zod-openapi'
import { HEADERS } from '../../contract/envelope.ts'

const requestId = z.string().openapi({ example: 'req_abc123' })

const errorSchema = z
  .object({
    data: z.null(),
    meta: z.object({ request_id: requestId }),
    error: z.object({
      code: z.string().openapi({ example: 'VALIDATION_ERROR' }),
      message: z.string(),
      details: z.record(z.string(), z.unknown()).optional(),
    }),
  })
  .openapi('Error')

const headers = {
  [HEADERS.requestId]: {
    description: 'The id of this request, to quote to support.',
    schema: { type: 'string' as const },
  },
  [HEADERS.limit]: {
    description: 'Requests that this key may send in a clock hour.',
    schema: { type: 'integer' as const },
  },
  [HEADERS.remaining]: {
    description: 'Requests left in this clock hour.',
    schema: { type: 'integer' as const },
  },
}

export function recordEnvelope<Data extends z.ZodType>(data: Data) {
  return z.object({ data, meta: z.object({ request_id: requestId }) })
}

export function listEnvelope<Row extends z.ZodType>(row: Row) {
  return z.object({
    data: z.array(row),
    meta: z.object({
      limit: z.int(),
      next_offset: z.int().nullable(),
      has_more: z.boolean(),
      request_id: requestId,
    }),
  })
}

export function actionEnvelope<Data extends z.ZodType>(data: Data) {
  return z.object({
    data,
    meta: z.object({
      request_id: requestId,
      action: z.string().openapi({ example: 'cancelled' }),
      performed_at: z.string().openapi({ format: 'date-time', example: '2025-01-15T13:00:00Z' }),
      performed_by: z.string().openapi({ example: 'key_abc123' }),
    }),
  })
}

export function jsonResponse<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, headers, content: { 'application/json': { schema } } }
}

export function errorResponse(description: string) {
  return jsonResponse(description, errorSchema)
}

export const validationErrorResponse = errorResponse(
  'VALIDATION_ERROR: `details.fields` names each parameter or field at fault.',
)

/** The errors of every route with a body. */
export const bodyErrorResponses = {
  400: validationErrorResponse,
  413: errorResponse('PAYLOAD_TOO_LARGE: the body is over 1 MB.'),
  415: errorResponse('UNSUPPORTED_MEDIA_TYPE: the content type of the body is not JSON.'),
}

/** The errors of every route. */
export const commonErrorResponses = {
  401: errorResponse('UNAUTHORIZED: no key, or an unknown one.'),
  403: errorResponse('FORBIDDEN: the key lacks the scope.'),
  429: errorResponse('RATE_LIMITED: the quota of this clock hour is spent.'),
  500: errorResponse('INTERNAL_ERROR'),
}
