import { createRoute } from '@hono/zod-openapi'
import { requireScope } from '../http/authentication.ts'
import { readBody } from '../http/body.ts'
import { appointmentNotFound, validationError } from '../http/errors.ts'
import { truncateToSecond } from '../instants.ts'
import { appointmentSchema } from '../schema/appointment.ts'
import { updateBody } from '../schema/body.ts'
import { recordEnvelope } from '../schema/envelope.ts'
import { REQUEST_ID, UPDATED } from '../schema/examples.ts'
import { pathSchema } from '../schema/path.ts'
import {
  bodyErrorResponses,
  commonErrorResponses,
  jsonResponse,
  notFoundResponse,
} from '../schema/responses.ts'
import type { Api, Services } from '../services.ts'
import type { Changes } from '../storage/appointments.ts'
import type { AppointmentRow } from '../storage/rows.ts'

/**
 * `PATCH /appointments/{id}` (reference: "Update"). An absent field keeps its value, a null clears it. The reference has
 * no response; this one is the complete object.
 */
export function serveUpdate(api: Api, { appointments, clock }: Services): void {
  api.openapi(route, (c) => {
    const { is_remote, ...fields } = c.req.valid('json')
    const changes: Changes = is_remote === undefined ? fields : { ...fields, is_remote: is_remote ? 1 : 0 }
    const updated = appointments.update(c.get('caller').organisation, c.req.valid('param').id, (row) => {
      requireEndAfterStart(row, changes)
      return { ...changes, updated_at: truncateToSecond(clock()) }
    })
    if (!updated) throw appointmentNotFound()
    return c.json({ data: updated, meta: { request_id: c.get('requestId') } }, 200)
  })
}

/** Compares with the stored time when the client sends only one of the two. */
export function requireEndAfterStart(row: AppointmentRow, { start_time, end_time }: Changes): void {
  if ((end_time ?? row.end_time) > (start_time ?? row.start_time)) return
  throw validationError(
    end_time === undefined
      ? { start_time: 'must be before end_time' }
      : { end_time: 'must be after start_time' },
  )
}

const CHANGES = { title: UPDATED.title, attendee_email: UPDATED.attendee_email }

const route = createRoute({
  method: 'patch',
  path: '/appointments/{id}',
  operationId: 'updateAppointment',
  summary: 'Update an appointment; never its status',
  description: 'A field that is absent stays as it is; null clears it.',
  tags: ['Appointments'],
  middleware: [requireScope('write_appointments'), readBody],
  request: {
    params: pathSchema,
    body: { required: true, content: { 'application/json': { schema: updateBody, example: CHANGES } } },
  },
  responses: {
    200: jsonResponse({
      description: 'The complete appointment.',
      schema: recordEnvelope(appointmentSchema),
      example: { data: UPDATED, meta: { request_id: REQUEST_ID } },
    }),
    404: notFoundResponse,
    ...bodyErrorResponses({ end_time: 'must be after start_time' }),
    ...commonErrorResponses('write_appointments'),
  },
})
