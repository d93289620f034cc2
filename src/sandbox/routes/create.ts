import { createRoute } from '@hono/zod-openapi'
import { CREATED_FIELDS } from '../../contract/appointment.ts'
import { HEADERS } from '../../contract/envelope.ts'
import { requireScope } from '../http/authentication.ts'
import { readBody } from '../http/body.ts'
import { idempotencyConflict } from '../http/errors.ts'
import { truncateToSecond } from '../instants.ts'
import { createdSchema, pick } from '../schema/appointment.ts'
import { createBody } from '../schema/body.ts'
import { recordEnvelope } from '../schema/envelope.ts'
import { CREATED, REQUEST_ID } from '../schema/examples.ts'
import { idempotencyHeaders } from '../schema/idempotency.ts'
import { bodyErrorResponses, commonErrorResponses, errorResponse, jsonResponse } from '../schema/responses.ts'
import type { Api, Services } from '../services.ts'
import { newRow, toAppointment } from '../storage/rows.ts'

/**
 * `POST /appointments` (reference: "Create"). A repeated `Idempotency-Key` gets the first response again, with the
 * same request id.
 */
export function serveCreate(api: Api, { appointments, runIdempotently, ids, clock }: Services): void {
  api.openapi(route, (c) => {
    const body = c.req.valid('json')
    const { organisation } = c.get('caller')
    const now = truncateToSecond(clock())
    const key = c.req.valid('header')['idempotency-key']
    const created = runIdempotently({ organisation, key, endpoint: 'POST /appointments', body, now }, () => {
      const origin = { id: ids('apt'), organisation, now, bookingSource: 'api' }
      const row = newRow(origin, { ...body, is_remote: body.is_remote ? 1 : 0 })
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
  description: 'Overlapping appointments are allowed. The ids of other objects are not checked.',
  tags: ['Appointments'],
  middleware: [requireScope('write_appointments'), readBody],
  request: {
    headers: idempotencyHeaders,
    body: {
      required: true,
      content: {
        'application/json': { schema: createBody, example: pick(CREATED, createBody.keyof().options) },
      },
    },
  },
  responses: {
    201: jsonResponse({
      description: 'Created.',
      schema: recordEnvelope(createdSchema),
      example: { data: pick(CREATED, CREATED_FIELDS), meta: { request_id: REQUEST_ID } },
    }),
    409: errorResponse(
      'this Idempotency-Key was used with another body in the last 24 hours.',
      idempotencyConflict(),
    ),
    ...bodyErrorResponses({ end_time: 'must be after start_time' }),
    ...commonErrorResponses('write_appointments'),
  },
})
