import { createRoute } from '@hono/zod-openapi'
import { SUMMARY_FIELDS } from '../../contract/appointment.ts'
import { requireScope } from '../http/authentication.ts'
import { appointmentSchema, pick, summarySchema } from '../schema/appointment.ts'
import {
  commonErrorResponses,
  jsonResponse,
  listEnvelope,
  validationErrorResponse,
} from '../schema/envelope.ts'
import { listQuerySchema } from '../schema/list-query.ts'
import type { Api, Services } from '../services.ts'

/** `GET /appointments` (reference: "List"). */
export function serveList(api: Api, { appointments, knobs }: Services): void {
  const rowSchema = knobs.listRows === 'full' ? appointmentSchema : summarySchema
  const route = createRoute({
    method: 'get',
    path: '/appointments',
    operationId: 'listAppointments',
    summary: 'List appointments',
    middleware: [requireScope('read_appointments')],
    request: { query: listQuerySchema(knobs.overRange) },
    responses: {
      200: jsonResponse('One page of appointments.', listEnvelope(rowSchema)),
      400: validationErrorResponse,
      ...commonErrorResponses,
    },
  })

  api.openapi(route, (c) => {
    const query = c.req.valid('query')
    const { rows, hasMore } = appointments.list(c.get('caller').organisation, query)
    const data = knobs.listRows === 'full' ? rows : rows.map((row) => pick(row, SUMMARY_FIELDS))
    const meta = {
      limit: query.limit,
      next_offset: hasMore ? query.offset + query.limit : null,
      has_more: hasMore,
      request_id: c.get('requestId'),
    }
    return c.json({ data: [...data], meta }, 200)
  })
}
