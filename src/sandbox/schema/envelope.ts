import { z } from '@hono/zod-openapi'
import { KEY_ID, REQUEST_ID } from './examples.ts'

const requestId = z.string().openapi({ example: REQUEST_ID })

export const errorSchema = z
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
      performed_by: z.string().openapi({ example: KEY_ID }),
    }),
  })
}
