import { createRoute } from '@hono/zod-openapi'
import { CANCELLED_FIELDS } from '../../contract/appointment.ts'
import { requireScope } from '../http/authentication.ts'
import { allowEmptyBody, readBody } from '../http/body.ts'
import { appointmentNotFound, invalidStateTransition } from '../http/errors.ts'
import { formatInstant, wholeSecond } from '../instants.ts'
import { cancelledSchema, pick } from '../schema/appointment.ts'
import { cancelBody } from '../schema/body.ts'
import {
  actionEnvelope,
  bodyErrorResponses,
  commonErrorResponses,
  errorResponse,
  jsonResponse,
} from '../schema/envelope.ts'
import { pathSchema } from '../schema/path.ts'
import type { Api, Services } from '../services.ts'

/** `POST /appointments/{id}/cancel` (reference: "Cancel"). A second cancel is an `INVALID_STATE_TRANSITION`. */
export function serveCancel(api: Api, { appointments, clock, knobs }: Services): void {
  const route = createRoute({
    method: 'post',
    path: '/appointments/{id}/cancel',
    operationId: 'cancelAppointment',
    summary: 'Cancel an open appointment',
    middleware: [requireScope('write_appointments'), readBody, allowEmptyBody],
    request: { params: pathSchema, body: { content: { 'application/json': { schema: cancelBody } } } },
    responses: {
      200: jsonResponse('Cancelled.', actionEnvelope(cancelledSchema)),
      404: errorResponse('NOT_FOUND'),
      [knobs.transitionStatus]: errorResponse(
        'INVALID_STATE_TRANSITION: the appointment is already cancelled, completed or a no-show.',
      ),
      ...bodyErrorResponses,
      ...commonErrorResponses,
    },
  })

  api.openapi(route, (c) => {
    const { cancellation_reason: reason = null } = c.req.valid('json')
    const { organisation, keyId } = c.get('caller')
    const now = wholeSecond(clock())
    const outcome = appointments.cancel(organisation, c.req.valid('param').id, { reason, now })
    if (!outcome) throw appointmentNotFound()
    if ('currentStatus' in outcome) {
      throw invalidStateTransition(knobs.transitionStatus, outcome.currentStatus)
    }
    const meta = {
      request_id: c.get('requestId'),
      action: 'cancelled',
      performed_at: formatInstant(now),
      performed_by: keyId,
    }
    return c.json({ data: pick(outcome.cancelled, CANCELLED_FIELDS), meta }, 200)
  })
}
