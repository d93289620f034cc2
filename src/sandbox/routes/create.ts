import { createRoute, z } from '@hono/zod-openapi'
import { CREATED_FIELDS } from '../../contract/appointment.ts'
import { HEADERS } from '../../contract/envelope.ts'
import { readBody } from '../http/body.ts'
import { requireScope } from '../http/keys.ts'
import { wholeSecond } from '../instants.ts'
import { createdSchema, pick } from '../schema/appointment.ts'
import { createBody } from '../schema/body.ts'
import { answer, bodyRefusals, recordEnvelope, refusal, refusals } from '../schema/envelope.ts'
import type { Api, Services } from '../services.ts'
import { newRow } from '../storage/new-row.ts'
import { toAppointment } from '../storage/rows.ts'

/** `POST /appointments` ("Create"). A replay is the first answer again, its request id included. */
export function serveCreate(api: Api, { appointments, once, ids, clock }: Services): void {
  api.openapi(route, (c) => {
    const body = c.req.valid('json')
    const { organisation } = c.get('caller')
    const now = wholeSecond(clock())
    const key = c.req.valid('header')['idempotency-key']
    const created = once({ organisation, key, endpoint: 'POST /appointments', body, now }, () => {
      const row = newRow(body, { id: ids('apt'), organisation, now })
      appointments.insert(row)
      return { data: pick(toAppointment(row), CREATED_FIELDS), meta: { request_id: c.get('requestId') } }
    })
    c.header(HEADERS.requestId, created.meta.request_id)
    return c.json(created, 201)
  })
}

const route = createRoute({
  method: 'post',
  path: '/appointments',
  operationId: 'createAppointment',
  summary: 'Create an appointment',
  middleware: [requireScope('write_appointments'), readBody],
  request: {
    headers: z.object({
      'idempotency-key': z
        .guid('must be a UUID')
        .transform((key) => key.toLowerCase())
        .optional()
        .openapi({
          type: 'string',
          format: 'uuid',
          description: 'The same key and body again: the first answer again.',
        }),
    }),
    body: { required: true, content: { 'application/json': { schema: createBody } } },
  },
  responses: {
    201: answer('Created.', recordEnvelope(createdSchema)),
    409: refusal('CONFLICT: this Idempotency-Key came with another body within 24 hours.'),
    ...bodyRefusals,
    ...refusals,
  },
})
