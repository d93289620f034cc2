import { z } from '@hono/zod-openapi'
import { CREATED_FIELDS } from '../../contract/appointment.ts'
import { APPOINTMENT_EVENT_TYPES, EVENT_FIELDS, WEBHOOK_HEADERS } from '../../contract/event.ts'
import type { WebhookKnobs } from '../options.ts'
import { appointmentSchema, createdSchema, mask, pick } from './appointment.ts'
import { APPOINTMENT, CANCELLED, EVENT_ID } from './examples.ts'

const SHAPES = {
  fourteen: appointmentSchema.pick(mask(EVENT_FIELDS)).openapi('EventAppointment'),
  eight: createdSchema,
  full: appointmentSchema,
} as const

const FIELDS = {
  fourteen: EVENT_FIELDS,
  eight: CREATED_FIELDS,
  full: appointmentSchema.keyof().options,
} as const

/** What the sandbox sends to a webhook, for the document. */
export function eventWebhook({ webhookObject, webhookSignature }: WebhookKnobs) {
  const object = SHAPES[webhookObject]
  const schema = z
    .object({
      id: z.string().openapi({ example: EVENT_ID, description: 'The same in each try.' }),
      type: z.enum(APPOINTMENT_EVENT_TYPES).openapi({ example: 'appointment.cancelled' }),
      created_at: z.string().openapi({ format: 'date-time', example: CREATED_AT }),
      organization_id: z.string().openapi({ example: ORGANISATION }),
      data: z.object({
        object,
        // Not `nullable()`, which the generator writes as a schema that null never fits.
        previous: z.union([object, z.null()]),
      }),
    })
    .openapi('AppointmentEvent')
  const example = {
    id: EVENT_ID,
    type: 'appointment.cancelled' as const,
    created_at: CREATED_AT,
    organization_id: ORGANISATION,
    data: {
      object: pick(CANCELLED, FIELDS[webhookObject]),
      previous: pick(APPOINTMENT, FIELDS[webhookObject]),
    },
  }
  return {
    method: 'post' as const,
    path: 'appointmentChanged',
    operationId: 'receiveEvent',
    summary: 'An appointment changed',
    description: [
      '`object` is the appointment after the change, and `previous` before it: null for a new one.',
      'The sandbox sends this to each webhook of the organisation that asked for the type. Any answer of 2xx in five',
      'seconds accepts it; after any other one it comes again, up to five times. Events may arrive twice, and late.',
    ].join(' '),
    tags: ['Webhooks'],
    security: [],
    request: {
      headers: signatureHeaders(webhookSignature),
      body: { required: true, content: { 'application/json': { schema, example } } },
    },
    responses: { 204: { description: 'Accepted.' }, '4XX': { description: 'Not accepted: it comes again.' } },
  }
}

function signatureHeaders(style: WebhookKnobs['webhookSignature']) {
  const signed = 'HMAC-SHA256 of `timestamp.body` with the secret of the webhook'
  if (style === 'stripe')
    return z.object({
      [WEBHOOK_HEADERS.signature]: z.string().openapi({ description: `${signed}: \`t=…,v1=…\` in hex.` }),
    })
  const encoding = style === 'headers_hex' ? 'hex' : 'base64'
  return z.object({
    [WEBHOOK_HEADERS.signature]: z.string().openapi({ description: `${signed}, in ${encoding}.` }),
    [WEBHOOK_HEADERS.timestamp]: z.string().openapi({ description: 'Seconds since the epoch.' }),
  })
}

const CREATED_AT = '2025-01-15T13:00:00.250Z'
const ORGANISATION = 'org_sandbox'
