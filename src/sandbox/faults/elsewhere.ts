import type { DatabaseSync } from 'node:sqlite'
import { createRoute } from '@hono/zod-openapi'
import type { Directory } from '../directory/directory.ts'
import { readBody } from '../http/body.ts'
import { appointmentNotFound, validationError } from '../http/errors.ts'
import type { Ids } from '../ids.ts'
import { truncateToSecond } from '../instants.ts'
import { requireEndAfterStart } from '../routes/update.ts'
import { appointmentSchema } from '../schema/appointment.ts'
import { elsewhereBody } from '../schema/body.ts'
import { recordEnvelope } from '../schema/envelope.ts'
import { APPOINTMENT, REQUEST_ID } from '../schema/examples.ts'
import { bodyErrorResponses, errorResponse, FREE_HEADERS, jsonResponse } from '../schema/responses.ts'
import type { Api } from '../services.ts'
import type { Appointments } from '../storage/appointments.ts'
import { newRow, toAppointment } from '../storage/rows.ts'

export interface ElsewhereOptions {
  /** The appointments whose changes always cause events. */
  readonly appointments: Appointments
  /** The people and places whose changes always cause events, and their database. */
  readonly directory: Directory
  readonly database: DatabaseSync
  /** The organisation of a write that names none. */
  readonly organisation: string
  readonly ids: Ids
  readonly clock: () => Date
}

/** `POST /_elsewhere` writes as the clinic's own screens would, for tests. It needs no key and costs no quota. */
export function serveElsewhere(api: Api, { appointments, organisation, ids, clock }: ElsewhereOptions): void {
  api.openapi(route, (c) => {
    const { id, organisation: owner = organisation, is_remote, ...given } = c.req.valid('json')
    const fields = { ...given, is_remote: is_remote === undefined ? undefined : is_remote ? 1 : 0 } as const
    const now = truncateToSecond(clock())
    const meta = { request_id: c.get('requestId') }
    if (id !== undefined) {
      const updated = appointments.update(owner, id, (row) => {
        requireEndAfterStart(row, fields)
        return { ...fields, updated_at: now }
      })
      if (!updated) throw appointmentNotFound()
      return c.json({ data: updated, meta }, 200)
    }
    const { title, start_time, end_time, status = 'pending' } = fields
    if (title === undefined || start_time === undefined || end_time === undefined)
      throw validationError(missing({ title, start_time, end_time }))
    if (end_time <= start_time) throw validationError({ end_time: 'must be after start_time' })
    const origin = { id: ids('apt'), organisation: owner, now, bookingSource: 'clinic' }
    const row = newRow(origin, { ...fields, title, start_time, end_time, status })
    appointments.insertAll([row])
    return c.json({ data: toAppointment(row), meta }, 201)
  })
}

function missing(required: Readonly<Record<string, unknown>>): Record<string, string> {
  const absent = Object.keys(required).filter((field) => required[field] === undefined)
  return Object.fromEntries(absent.map((field) => [field, 'is required']))
}

const WRITE = { id: APPOINTMENT.id, status: 'completed', attendance_status: 'attended' } as const

function answer(description: string, written: object) {
  return jsonResponse({
    description,
    schema: recordEnvelope(appointmentSchema),
    example: { data: { ...APPOINTMENT, ...written }, meta: { request_id: REQUEST_ID } },
    headers: FREE_HEADERS,
  })
}

const route = createRoute({
  method: 'post',
  path: '/_elsewhere',
  operationId: 'writeElsewhere',
  summary: "Write as the clinic's own screens would",
  description: [
    'Without a key, and free of quota. With an `id` it changes that appointment, to any status; without one it creates',
    'an appointment, which needs a title and two times. It causes an event, as any change does.',
  ].join(' '),
  security: [],
  tags: ['Faults'],
  middleware: [readBody],
  request: {
    body: { required: true, content: { 'application/json': { schema: elsewhereBody, example: WRITE } } },
  },
  responses: {
    200: answer('The complete appointment, changed.', WRITE),
    201: answer('The complete appointment, created.', { booking_source: 'clinic' }),
    404: errorResponse('this organisation has no such appointment.', appointmentNotFound(), FREE_HEADERS),
    ...bodyErrorResponses({ end_time: 'must be after start_time' }, FREE_HEADERS),
  },
})
