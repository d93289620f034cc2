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
  [HEADERS.requestId]: { description: 'The id to quote to support.', schema: { type: 'string' as const } },
  [HEADERS.limit]: { description: 'Requests an hour of this key.', schema: { type: 'integer' as const } },
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

export function answer<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, headers, content: { 'application/json': { schema } } }
}

export function refusal(description: string) {
  return answer(description, errorSchema)
}

export const invalidRefusal = refusal(
  'VALIDATION_ERROR: `details.fields` names each parameter or field at fault.',
)

/** What any route with a body may answer instead. */
export const bodyRefusals = {
  400: invalidRefusal,
  413: refusal('PAYLOAD_TOO_LARGE: over 1 MB.'),
  415: refusal('UNSUPPORTED_MEDIA_TYPE: a body that does not say that it is JSON.'),
}

/** What any route may answer instead. */
export const refusals = {
  401: refusal('UNAUTHORIZED: no key, or an unknown one.'),
  403: refusal('FORBIDDEN: the key lacks the scope.'),
  429: refusal('RATE_LIMITED: the quota of this clock hour is spent.'),
  500: refusal('INTERNAL_ERROR'),
}
