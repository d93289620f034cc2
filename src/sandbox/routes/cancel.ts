import { createRoute } from '@hono/zod-openapi'
import { CANCELLED_FIELDS } from '../../contract/appointment.ts'
import { emptyBodyIsNone, readBody } from '../http/body.ts'
import { requireScope } from '../http/keys.ts'
import { appointmentNotFound, cannotCancel } from '../http/refusal.ts'
import { formatInstant, wholeSecond } from '../instants.ts'
import { cancelledSchema, pick } from '../schema/appointment.ts'
import { cancelBody } from '../schema/body.ts'
import { actionEnvelope, answer, bodyRefusals, refusal, refusals } from '../schema/envelope.ts'
import { pathSchema } from '../schema/path.ts'
import type { Api, Services } from '../services.ts'

/** `POST /appointments/{id}/cancel` ("Cancel"). Not idempotent: a second one is INVALID_STATE_TRANSITION. */
export function serveCancel(api: Api, { appointments, clock, knobs }: Services): void {
  const route = createRoute({
    method: 'post',
    path: '/appointments/{id}/cancel',
    operationId: 'cancelAppointment',
    summary: 'Cancel an open appointment',
    middleware: [requireScope('write_appointments'), readBody, emptyBodyIsNone],
    request: { params: pathSchema, body: { content: { 'application/json': { schema: cancelBody } } } },
    responses: {
      200: answer('Cancelled.', actionEnvelope(cancelledSchema)),
      404: refusal('NOT_FOUND'),
      [knobs.transitionStatus]: refusal(
        'INVALID_STATE_TRANSITION: it is cancelled, completed or a no-show already.',
      ),
      ...bodyRefusals,
      ...refusals,
    },
  })

  api.openapi(route, (c) => {
    const { cancellation_reason: reason = null } = c.req.valid('json')
    const { organisation, keyId } = c.get('caller')
    const now = wholeSecond(clock())
    const outcome = appointments.cancel(organisation, c.req.valid('param').id, reason, now)
    if (!outcome) throw appointmentNotFound()
    if ('current' in outcome) throw cannotCancel(knobs.transitionStatus, outcome.current)
    const meta = {
      request_id: c.get('requestId'),
      action: 'cancelled',
      performed_at: formatInstant(now),
      performed_by: keyId,
    }
    return c.json({ data: pick(outcome.done, CANCELLED_FIELDS), meta }, 200)
  })
}
