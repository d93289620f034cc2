import { createRoute, z } from '@hono/zod-openapi'
import { CREATED_FIELDS } from '../../contract/appointment.ts'
import { HEADERS } from '../../contract/envelope.ts'
import { requireScope } from '../http/authentication.ts'
import { readBody } from '../http/body.ts'
import { idempotencyConflict } from '../http/errors.ts'
import { wholeSecond } from '../instants.ts'
import { createdSchema, pick } from '../schema/appointment.ts'
import { createBody } from '../schema/body.ts'
import { recordEnvelope } from '../schema/envelope.ts'
import { CREATED, REQUEST_ID } from '../schema/examples.ts'
import { bodyErrorResponses, commonErrorResponses, errorResponse, jsonResponse } from '../schema/responses.ts'
import type { Api, Services } from '../services.ts'
import { type AppointmentRow, toAppointment } from '../storage/rows.ts'

/**
 * `POST /appointments` (reference: "Create"). A repeated `Idempotency-Key` gets the first response again, with the
 * same request id.
 */
export function serveCreate(api: Api, { appointments, runIdempotently, ids, clock }: Services): void {
  api.openapi(route, (c) => {
    const body = c.req.valid('json')
    const { organisation } = c.get('caller')
    const now = wholeSecond(clock())
    const key = c.req.valid('header')['idempotency-key']
    const created = runIdempotently({ organisation, key, endpoint: 'POST /appointments', body, now }, () => {
      const row = toRow(body, { id: ids('apt'), organisation, now })
      appointments.insert(row)
      return { data: pick(toAppointment(row), CREATED_FIELDS), meta: { request_id: c.get('requestId') } }
    })
    c.header(HEADERS.requestId, created.meta.request_id)
    return c.json(created, 201)
  })
}

interface Origin {
  readonly id: string
  readonly organisation: string
  readonly now: number
}

/** Fields that a create cannot set begin as null. */
function toRow(body: z.output<typeof createBody>, { id, organisation, now }: Origin): AppointmentRow {
  return {
    id,
    organisation,
    patient_id: body.patient_id ?? null,
    clinician_profile_id: body.clinician_profile_id ?? null,
    title: body.title,
    description: null,
    start_time: body.start_time,
    end_time: body.end_time,
    status: body.status,
    appointment_type_id: body.appointment_type_id ?? null,
    location_id: body.location_id ?? null,
    is_remote: body.is_remote ? 1 : 0,
    remote_channel: null,
    video_link: null,
    video_provider: null,
    attendee_email: body.attendee_email ?? null,
    attendee_name: body.attendee_name ?? null,
    meeting_url: null,
    attendance_status: null,
    cancellation_reason: null,
    booking_source: 'api',
    episode_id: body.episode_id ?? null,
    created_at: now,
    updated_at: now,
  }
}

const route = createRoute({
  method: 'post',
  path: '/appointments',
  operationId: 'createAppointment',
  summary: 'Create an appointment',
  description: 'Overlapping appointments are allowed. The other ids are accepted unseen.',
  tags: ['Appointments'],
  middleware: [requireScope('write_appointments'), readBody],
  request: {
    headers: z.object({
      'idempotency-key': z
        .guid('must be a UUID')
        .transform((key) => key.toLowerCase())
        .optional()
        .openapi({
          type: 'string',
          format: 'uuid',
          description: 'A repeated key and body get the first response again, for 24 hours.',
          example: 'a7c1f4de-58a5-4b42-8d54-2c3a9d5e7f10',
        }),
    }),
    body: {
      required: true,
      content: {
        'application/json': { schema: createBody, example: pick(CREATED, createBody.keyof().options) },
      },
    },
  },
  responses: {
    201: jsonResponse({
      description: 'Created.',
      schema: recordEnvelope(createdSchema),
      example: { data: pick(CREATED, CREATED_FIELDS), meta: { request_id: REQUEST_ID } },
    }),
    409: errorResponse(
      'this Idempotency-Key came with another body in the last 24 hours.',
      idempotencyConflict(),
    ),
    ...bodyErrorResponses({ end_time: 'must be after start_time' }),
    ...commonErrorResponses('write_appointments'),
  },
})
