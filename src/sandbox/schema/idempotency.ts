import { z } from '@hono/zod-openapi'

export const idempotencyHeaders = z.object({
  'idempotency-key': z
    .guid('must be a UUID')
    .transform((key) => key.toLowerCase())
    .optional()
    .openapi({
      type: 'string',
      format: 'uuid',
      description: 'A request with the same key and body gets the first response again, for 24 hours.',
      example: 'a7c1f4de-58a5-4b42-8d54-2c3a9d5e7f10',
    }),
})
