import { z } from '@hono/zod-openapi'
import { APPOINTMENT_STATUSES } from '../../contract/appointment.ts'
import { PAGE_LIMIT } from '../../contract/list.ts'
import type { Knobs } from '../options.ts'
import { APPOINTMENT } from './examples.ts'
import { dateOrInstant, nonEmptyText, reference, text } from './value.ts'

const ONE_STATUS = `must be one of ${APPOINTMENT_STATUSES.join(', ')}`
const status = z.enum(APPOINTMENT_STATUSES, { error: ONE_STATUS })

export function pageQuerySchema(overRange: Knobs['overRange']) {
  return z.object({
    limit: integerParameter({ min: 1, max: PAGE_LIMIT.max, fallback: PAGE_LIMIT.default }, overRange),
    offset: integerParameter({ min: 0, max: Number.MAX_SAFE_INTEGER, fallback: 0 }, overRange),
  })
}

/** The query parameters of the list; unknown ones are ignored (reference: "List"). */
export function listQuerySchema(overRange: Knobs['overRange']) {
  return pageQuerySchema(overRange).extend({
    patient_id: reference.optional().openapi({ example: APPOINTMENT.patient_id }),
    clinician_id: reference.optional().openapi({
      description: 'Filters by the field clinician_profile_id.',
      example: APPOINTMENT.clinician_profile_id,
    }),
    status: status.optional().openapi({ example: APPOINTMENT.status }),
    status_in: nonEmptyText
      .transform((list) => [...new Set(list.split(',').map((item) => item.trim()))])
      .pipe(z.array(status))
      .optional()
      .openapi({ type: 'string', description: 'Statuses, comma-separated.', example: 'pending,confirmed' }),
    date_gte: dateOrInstant.optional().openapi({
      description: 'Start time on or after. A bare date is its midnight in UTC.',
      example: '2025-01-20T00:00:00Z',
    }),
    date_lte: dateOrInstant.optional().openapi({
      description: 'Start time on or before. A bare date is its midnight in UTC, not the end of it.',
      example: '2025-01-20T23:59:59Z',
    }),
    appointment_type_id: reference.optional().openapi({ example: APPOINTMENT.appointment_type_id }),
    location_id: reference.optional().openapi({ example: APPOINTMENT.location_id }),
  })
}

function integerParameter(
  { min, max, fallback }: { min: number; max: number; fallback: number },
  overRange: Knobs['overRange'],
) {
  const digits = text.regex(/^-?\d+$/, 'must be a whole number').transform(Number)
  return overRange === 'clamp'
    ? digits
        .transform((value) => Math.min(Math.max(value, min), max))
        .default(fallback)
        .openapi({
          type: 'integer',
          default: fallback,
          description: `A number out of range counts as the nearest of ${min}–${max}.`,
        })
    : digits
        .refine((value) => value >= min && value <= max, `must be from ${min} to ${max}`)
        .default(fallback)
        .openapi({ type: 'integer', minimum: min, maximum: max, default: fallback })
}
