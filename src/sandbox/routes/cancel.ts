import { createRoute } from '@hono/zod-openapi'
import { CANCELLED_FIELDS } from '../../contract/appointment.ts'
import { requireScope } from '../http/authentication.ts'
import { allowEmptyBody, readBody } from '../http/body.ts'
import { appointmentNotFound, invalidStateTransition } from '../http/errors.ts'
import { formatInstant, truncateToSecond } from '../instants.ts'
import { cancelledSchema, pick } from '../schema/appointment.ts'
import { cancelBody } from '../schema/body.ts'
import { actionEnvelope } from '../schema/envelope.ts'
import { CANCELLED, KEY_ID, REQUEST_ID } from '../schema/examples.ts'
import { pathSchema } from '../schema/path.ts'
import {
  bodyErrorResponses,
  commonErrorResponses,
  errorResponse,
  jsonResponse,
  notFoundResponse,
} from '../schema/responses.ts'
import type { Api, Services } from '../services.ts'

/** `POST /appointments/{id}/cancel` (reference: "Cancel"). A second cancel is an `INVALID_STATE_TRANSITION`. */
export function serveCancel(api: Api, { appointments, clock, knobs }: Services): void {
  const route = createRoute({
    method: 'post',
    path: '/appointments/{id}/cancel',
    operationId: 'cancelAppointment',
    summary: 'Cancel an open appointment',
    description:
      'Only an appointment that is pending approval, pending, confirmed or scheduled can be cancelled.',
    tags: ['Appointments'],
    middleware: [requireScope('write_appointments'), readBody, allowEmptyBody],
    request: {
      params: pathSchema,
      body: { content: { 'application/json': { schema: cancelBody, example: REASON } } },
    },
    responses: {
      200: jsonResponse({
        description: 'Cancelled.',
        schema: actionEnvelope(cancelledSchema),
        example: { data: pick(CANCELLED, CANCELLED_FIELDS), meta: META },
      }),
      404: notFoundResponse,
      [knobs.transitionStatus]: errorResponse(
        'the appointment is already cancelled, completed or a no-show.',
        invalidStateTransition(knobs.transitionStatus, 'completed'),
      ),
      ...bodyErrorResponses({ cancellation_reason: 'must be text, given once' }),
      ...commonErrorResponses('write_appointments'),
    },
  })

  api.openapi(route, (c) => {
    const { cancellation_reason: reason = null } = c.req.valid('json')
    const { organisation, keyId } = c.get('caller')
    const now = truncateToSecond(clock())
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

const REASON = { cancellation_reason: CANCELLED.cancellation_reason }
const META = {
  request_id: REQUEST_ID,
  action: 'cancelled',
  performed_at: CANCELLED.updated_at,
  performed_by: KEY_ID,
}
