import { z } from '@hono/zod-openapi'
import { APPOINTMENT, WEBHOOK } from './examples.ts'

/** Ids are opaque: an unknown id of any form is a 404, never a 400. */
export const pathSchema = pathOf(APPOINTMENT.id)
export const webhookPathSchema = pathOf(WEBHOOK.id)

export function pathOf(example: string) {
  return z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' }, example }) })
}
