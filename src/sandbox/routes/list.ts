import { createRoute } from '@hono/zod-openapi'
import { SUMMARY_FIELDS } from '../../contract/appointment.ts'
import { requireScope } from '../http/keys.ts'
import { appointmentSchema, pick, summarySchema } from '../schema/appointment.ts'
import { answer, invalidRefusal, listEnvelope, refusals } from '../schema/envelope.ts'
import { listQuerySchema } from '../schema/list-query.ts'
import type { Api, Services } from '../services.ts'

/** `GET /appointments` ("List"). */
export function serveList(api: Api, { appointments, knobs }: Services): void {
  const rowSchema = knobs.listRows === 'full' ? appointmentSchema : summarySchema
  const route = createRoute({
    method: 'get',
    path: '/appointments',
    operationId: 'listAppointments',
    summary: 'List appointments',
    middleware: [requireScope('read_appointments')],
    request: { query: listQuerySchema(knobs.overRange) },
    responses: { 200: answer('A page.', listEnvelope(rowSchema)), 400: invalidRefusal, ...refusals },
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
