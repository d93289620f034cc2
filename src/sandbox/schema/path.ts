import { z } from '@hono/zod-openapi'

/** Ids are opaque: an unknown id of any form is a 404, never a 400. */
export const pathSchema = z.object({
  id: z
    .string()
    .openapi({ param: { name: 'id', in: 'path' }, example: 'apt_123e4567-e89b-12d3-a456-426614174000' }),
})
