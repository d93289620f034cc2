import { createRoute } from '@hono/zod-openapi'
import { SUMMARY_FIELDS } from '../../contract/appointment.ts'
import { PAGE_LIMIT } from '../../contract/list.ts'
import { requireScope } from '../http/authentication.ts'
import { appointmentSchema, pick, summarySchema } from '../schema/appointment.ts'
import { listEnvelope } from '../schema/envelope.ts'
import { APPOINTMENT, REQUEST_ID } from '../schema/examples.ts'
import { listQuerySchema } from '../schema/list-query.ts'
import { commonErrorResponses, jsonResponse, validationErrorResponse } from '../schema/responses.ts'
import type { Api, Services } from '../services.ts'

/** `GET /appointments` (reference: "List"). */
export function serveList(api: Api, { appointments, knobs }: Services): void {
  const isFull = knobs.listRows === 'full'
  const rowSchema = isFull ? appointmentSchema : summarySchema
  const route = createRoute({
    method: 'get',
    path: '/appointments',
    operationId: 'listAppointments',
    summary: 'List appointments',
    description:
      'A row must match all given filters. There is no total: `has_more` is false on the last page.',
    tags: ['Appointments'],
    middleware: [requireScope('read_appointments')],
    request: { query: listQuerySchema(knobs.overRange) },
    responses: {
      200: jsonResponse({
        description: 'One page of appointments.',
        schema: listEnvelope(rowSchema),
        example: { data: [isFull ? APPOINTMENT : pick(APPOINTMENT, SUMMARY_FIELDS)], meta: META },
      }),
      400: validationErrorResponse({ limit: 'must be from 1 to 100' }),
      ...commonErrorResponses('read_appointments'),
    },
  })

  api.openapi(route, (c) => {
    const query = c.req.valid('query')
    const { rows, hasMore } = appointments.list(c.get('caller').organisation, query)
    const data = isFull ? rows : rows.map((row) => pick(row, SUMMARY_FIELDS))
    const meta = {
      limit: query.limit,
      next_offset: hasMore ? query.offset + query.limit : null,
      has_more: hasMore,
      request_id: c.get('requestId'),
    }
    return c.json({ data: [...data], meta }, 200)
  })
}

const META = { limit: PAGE_LIMIT.default, next_offset: null, has_more: false, request_id: REQUEST_ID }
