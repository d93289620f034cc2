import { createRoute } from '@hono/zod-openapi'
import { readBody } from '../http/body.ts'
import { requireScope } from '../http/keys.ts'
import { appointmentNotFound, invalid } from '../http/refusal.ts'
import { wholeSecond } from '../instants.ts'
import { appointmentSchema } from '../schema/appointment.ts'
import { updateBody } from '../schema/body.ts'
import { answer, bodyRefusals, recordEnvelope, refusal, refusals } from '../schema/envelope.ts'
import { pathSchema } from '../schema/path.ts'
import type { Api, Services } from '../services.ts'
import type { Changes } from '../storage/appointments.ts'
import type { AppointmentRow } from '../storage/rows.ts'

/** `PATCH /appointments/{id}` ("Update"). Absent = leave, null = clear. The reference shows no answer: the whole object. */
export function serveUpdate(api: Api, { appointments, clock }: Services): void {
  api.openapi(route, (c) => {
    const { is_remote, ...given } = c.req.valid('json')
    const changes: Changes = is_remote === undefined ? given : { ...given, is_remote: is_remote ? 1 : 0 }
    const isEmpty = Object.values(changes).every((value) => value === undefined)
    const updated = appointments.update(c.get('caller').organisation, c.req.valid('param').id, (row) => {
      refuseBackwards(row, changes)
      return isEmpty ? {} : { ...changes, updated_at: wholeSecond(clock()) }
    })
    if (!updated) throw appointmentNotFound()
    return c.json({ data: updated, meta: { request_id: c.get('requestId') } }, 200)
  })
}

/** One of the two times may come alone, and must then suit the other one that is stored. */
function refuseBackwards(row: AppointmentRow, { start_time, end_time }: Changes): void {
  if ((end_time ?? row.end_time) > (start_time ?? row.start_time)) return
  throw invalid(
    end_time === undefined
      ? { start_time: 'must be before end_time' }
      : { end_time: 'must be after start_time' },
  )
}

const route = createRoute({
  method: 'patch',
  path: '/appointments/{id}',
  operationId: 'updateAppointment',
  summary: 'Update an appointment; never its status',
  middleware: [requireScope('write_appointments'), readBody],
  request: {
    params: pathSchema,
    body: { required: true, content: { 'application/json': { schema: updateBody } } },
  },
  responses: {
    200: answer('The whole appointment.', recordEnvelope(appointmentSchema)),
    404: refusal('NOT_FOUND'),
    ...bodyRefusals,
    ...refusals,
  },
})
