import { z } from '@hono/zod-openapi'
import { CREATED_FIELDS } from '../../contract/appointment.ts'
import {
  APPOINTMENT_EVENT_TYPES,
  EVENT_FIELDS,
  WEBHOOK_HEADERS,
  type WebhookEvent,
} from '../../contract/event.ts'
import { RESOURCES } from '../directory/resources.ts'
import type { WebhookKnobs } from '../options.ts'
import { entryEventTypes } from '../webhooks/event.ts'
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

/** The events in the OpenAPI document: of appointments, and of each kind of person and place. */
export function eventWebhooks({ webhookObject, webhookSignature }: WebhookKnobs) {
  const fields = FIELDS[webhookObject]
  const headers = signatureHeaders(webhookSignature)
  const appointments = webhookOf({
    name: 'Appointment',
    kind: 'appointment',
    types: APPOINTMENT_EVENT_TYPES,
    object: SHAPES[webhookObject],
    example: {
      type: 'appointment.cancelled',
      data: { object: pick(CANCELLED, fields), previous: pick(APPOINTMENT, fields) },
    },
    headers,
  })
  const entries = RESOURCES.map(({ table, name, kind, schema, example }) => {
    const types = entryEventTypes(table)
    return webhookOf({
      name: name.one,
      kind,
      types,
      object: schema,
      example: { type: types[0], data: { object: example, previous: null } },
      headers,
    })
  })
  return [appointments, ...entries]
}

interface WebhookDescription {
  readonly name: string
  /** For descriptions, such as `patient`. */
  readonly kind: string
  readonly types: readonly string[]
  readonly object: z.ZodType
  readonly example: Pick<WebhookEvent, 'type' | 'data'>
  readonly headers: ReturnType<typeof signatureHeaders>
}

function webhookOf({ name, kind, types, object, example, headers }: WebhookDescription) {
  const schema = z
    .object({
      id: z.string().openapi({ example: EVENT_ID, description: 'The same in each attempt.' }),
      type: z.enum(types).openapi({ example: example.type }),
      created_at: z.string().openapi({ format: 'date-time', example: CREATED_AT }),
      organization_id: z.string().openapi({ example: ORGANISATION }),
      data: z.object({
        object,
        // Not `nullable()`: the generator turns that into a schema that never accepts null.
        previous: z.union([object, z.null()]),
      }),
    })
    .openapi(`${name}Event`)
  return {
    method: 'post' as const,
    path: `${name.charAt(0).toLowerCase()}${name.slice(1)}Changed`,
    operationId: `receive${name}Event`,
    summary: `${/^[aeiou]/.test(kind) ? 'An' : 'A'} ${kind} changed`,
    description: [
      `\`object\` is the ${kind} after the change, and \`previous\` before it: null for a new ${kind}.`,
      'The sandbox sends this to each webhook of the organisation that subscribes to the type. Any answer of 2xx in five',
      'seconds accepts it; after any other one it is sent again, up to five times. Events may arrive twice, and late.',
    ].join(' '),
    tags: ['Webhooks'],
    security: [],
    request: {
      headers,
      body: {
        required: true,
        content: {
          'application/json': {
            schema,
            example: { id: EVENT_ID, created_at: CREATED_AT, organization_id: ORGANISATION, ...example },
          },
        },
      },
    },
    responses: {
      204: { description: 'Accepted.' },
      '4XX': { description: 'Not accepted: it is sent again.' },
    },
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
