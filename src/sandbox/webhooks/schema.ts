import { z } from '@hono/zod-openapi'
import { TEST_EVENT_TYPE } from '../../contract/event.ts'
import { EVENT_ID, SECRET, WEBHOOK } from '../schema/examples.ts'
import { flag, notAnObject, readOnly, text } from '../schema/value.ts'
import { addressProblem } from './address.ts'
import { SUBSCRIBABLE, type Webhook } from './endpoints.ts'
import { EVENT_TYPES } from './event.ts'

const MAX_URL_LENGTH = 2_048

const url = text
  .max(MAX_URL_LENGTH, `must have at most ${MAX_URL_LENGTH} characters`)
  .superRefine((value, context) => {
    const problem = addressProblem(value)
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
  })
  .openapi({ format: 'uri', description: 'HTTPS; plain HTTP on a loopback host only.', example: WEBHOOK.url })

const events = z
  .array(z.enum(SUBSCRIBABLE, { error: `must list ${SUBSCRIBABLE.join(', ')}` }), {
    error: 'must be a list of event types',
  })
  .min(1, 'must name a type of event')
  .transform((types) => [...new Set(types)])

const EVENTS = {
  type: 'array' as const,
  items: { type: 'string' as const, enum: [...SUBSCRIBABLE] },
  minItems: 1,
  description: '`*` is every type.',
  example: WEBHOOK.events,
}

const description = text.nullish().openapi({ example: WEBHOOK.description })

/** The body of a create; unknown fields are ignored. */
export const createWebhookBody = z
  .object(
    {
      url,
      events: events.default([...EVENT_TYPES]).openapi(EVENTS),
      is_active: flag.default(true).openapi({ example: WEBHOOK.is_active }),
      description,
    },
    notAnObject,
  )
  .openapi('CreateWebhook')

/** The body of an update; unknown fields are ignored. */
export const updateWebhookBody = z
  .object(
    {
      url: url.optional(),
      events: events.optional().openapi(EVENTS),
      is_active: flag.optional().openapi({ example: WEBHOOK.is_active }),
      description,
      id: readOnly("can't be patched"),
      secret: readOnly("can't be patched; a new webhook has a new one"),
      created_at: readOnly("can't be patched"),
      updated_at: readOnly("can't be patched"),
    },
    notAnObject,
  )
  .openapi('UpdateWebhook')

const instantText = z.string().openapi({ format: 'date-time' })

export const webhookSchema = z
  .object({
    id: z.string().openapi({ example: WEBHOOK.id }),
    url: z.string().openapi({ format: 'uri', example: WEBHOOK.url }),
    events: z.array(z.enum(SUBSCRIBABLE)).openapi({ example: WEBHOOK.events }),
    is_active: z.boolean().openapi({ example: WEBHOOK.is_active }),
    description: z.string().nullable().openapi({ example: WEBHOOK.description }),
    created_at: instantText.openapi({ example: WEBHOOK.created_at }),
    updated_at: instantText.openapi({ example: WEBHOOK.updated_at }),
  })
  .openapi('Webhook') satisfies z.ZodType<Webhook>

/** The response to a create, the only one with the secret. */
export const createdWebhookSchema = webhookSchema
  .extend({
    secret: z.string().openapi({
      description: 'Signs each delivery. No other response has it.',
      example: SECRET,
    }),
  })
  .openapi('CreatedWebhook')

export const deletedWebhookSchema = z
  .object({ id: z.string().openapi({ example: WEBHOOK.id }), deleted: z.literal(true) })
  .openapi('DeletedWebhook')

export const testedWebhookSchema = z
  .object({
    event_id: z.string().openapi({ description: 'The `id` of the event that is sent.', example: EVENT_ID }),
    type: z.literal(TEST_EVENT_TYPE),
    status: z.literal('queued'),
  })
  .openapi('QueuedTest')
