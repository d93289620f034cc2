import { createRoute } from '@hono/zod-openapi'
import { requireScope } from '../http/authentication.ts'
import { appointmentNotFound } from '../http/errors.ts'
import { appointmentSchema } from '../schema/appointment.ts'
import { commonErrorResponses, errorResponse, jsonResponse, recordEnvelope } from '../schema/envelope.ts'
import { pathSchema } from '../schema/path.ts'
import type { Api, Services } from '../services.ts'

/** `GET /appointments/{id}` (reference: "Retrieve"). */
export function serveRetrieve(api: Api, { appointments }: Services): void {
  const route = createRoute({
    method: 'get',
    path: '/appointments/{id}',
    operationId: 'retrieveAppointment',
    summary: 'Retrieve one appointment',
    middleware: [requireScope('read_appointments')],
    request: { params: pathSchema },
    responses: {
      200: jsonResponse('The whole appointment.', recordEnvelope(appointmentSchema)),
      404: errorResponse('NOT_FOUND'),
      ...commonErrorResponses,
    },
  })

  api.openapi(route, (c) => {
    const appointment = appointments.find(c.get('caller').organisation, c.req.valid('param').id)
    if (!appointment) throw appointmentNotFound()
    return c.json({ data: appointment, meta: { request_id: c.get('requestId') } }, 200)
  })
}
