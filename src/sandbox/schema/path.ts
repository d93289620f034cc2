import { z } from '@hono/zod-openapi'
import { APPOINTMENT } from './examples.ts'

/** Ids are opaque: an unknown id of any form is a 404, never a 400. */
export const pathSchema = z.object({
  id: z.string().openapi({ param: { name: 'id', in: 'path' }, example: APPOINTMENT.id }),
})
