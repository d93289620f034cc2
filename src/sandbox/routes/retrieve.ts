import { createRoute } from '@hono/zod-openapi'
import { requireScope } from '../http/authentication.ts'
import { appointmentNotFound } from '../http/errors.ts'
import { appointmentSchema } from '../schema/appointment.ts'
import { recordEnvelope } from '../schema/envelope.ts'
import { APPOINTMENT, REQUEST_ID } from '../schema/examples.ts'
import { pathSchema } from '../schema/path.ts'
import { commonErrorResponses, jsonResponse, notFoundResponse } from '../schema/responses.ts'
import type { Api, Services } from '../services.ts'

/** `GET /appointments/{id}` (reference: "Retrieve"). */
export function serveRetrieve(api: Api, { appointments }: Services): void {
  const route = createRoute({
    method: 'get',
    path: '/appointments/{id}',
    operationId: 'retrieveAppointment',
    summary: 'Retrieve one appointment',
    description: 'The response has all 24 fields of the appointment.',
    tags: ['Appointments'],
    middleware: [requireScope('read_appointments')],
    request: { params: pathSchema },
    responses: {
      200: jsonResponse({
        description: 'The complete appointment.',
        schema: recordEnvelope(appointmentSchema),
        example: { data: APPOINTMENT, meta: { request_id: REQUEST_ID } },
      }),
      404: notFoundResponse,
      ...commonErrorResponses('read_appointments'),
    },
  })

  api.openapi(route, (c) => {
    const appointment = appointments.find(c.get('caller').organisation, c.req.valid('param').id)
    if (!appointment) throw appointmentNotFound()
    return c.json({ data: appointment, meta: { request_id: c.get('requestId') } }, 200)
  })
}
