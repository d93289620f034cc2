import { createRoute } from '@hono/zod-openapi'
import { requireScope } from '../http/keys.ts'
import { appointmentNotFound } from '../http/refusal.ts'
import { appointmentSchema } from '../schema/appointment.ts'
import { answer, recordEnvelope, refusal, refusals } from '../schema/envelope.ts'
import { pathSchema } from '../schema/path.ts'
import type { Api, Services } from '../services.ts'

/** `GET /appointments/{id}` ("Retrieve"). */
export function serveRetrieve(api: Api, { appointments }: Services): void {
  const route = createRoute({
    method: 'get',
    path: '/appointments/{id}',
    operationId: 'retrieveAppointment',
    summary: 'Retrieve one appointment',
    middleware: [requireScope('read_appointments')],
    request: { params: pathSchema },
    responses: {
      200: answer('The whole appointment.', recordEnvelope(appointmentSchema)),
      404: refusal('NOT_FOUND'),
      ...refusals,
    },
  })

  api.openapi(route, (c) => {
    const appointment = appointments.find(c.get('caller').organisation, c.req.valid('param').id)
    if (!appointment) throw appointmentNotFound()
    return c.json({ data: appointment, meta: { request_id: c.get('requestId') } }, 200)
  })
}
