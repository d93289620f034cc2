import { z } from '@hono/zod-openapi'
import type { Scope } from '../http/context.ts'
import { nonEmptyText, reference } from '../schema/value.ts'
import type { Directory, Entry } from './directory.ts'
import { CLINICIAN, LOCATION, PATIENT, TEMPLATE } from './examples.ts'
import { clinicianSchema, locationSchema, patientSchema, templateSchema } from './schema.ts'

/** A resource that can be listed and read. */
export interface Resource {
  readonly path: string
  readonly table: keyof Directory
  /** For `operationId`s: `listLocations`, `retrieveLocation`. */
  readonly name: { readonly one: string; readonly many: string }
  /** For descriptions and messages, such as `patient`. */
  readonly kind: string
  readonly tag: string
  readonly scope: Scope
  readonly schema: z.ZodType<Entry>
  /** The fields of `schema`. */
  readonly shape: z.ZodRawShape
  readonly example: Entry
  /** The filters of the list, besides `limit` and `offset`. */
  readonly filters: Readonly<Record<string, z.ZodType<boolean | string | undefined>>>
  /** Whether entries may be inactive. */
  readonly hasInactive: boolean
}

const queryFlag = z
  .enum(['true', 'false'], 'must be true or false')
  .transform((text) => text === 'true')
  .optional()
const isActive = queryFlag.openapi({
  type: 'boolean',
  description: 'Only active or only inactive ones.',
})

function search(description: string) {
  return nonEmptyText.optional().openapi({ description })
}

export const RESOURCES: readonly Resource[] = [
  {
    path: '/clinician-profiles',
    table: 'clinicians',
    name: { one: 'ClinicianProfile', many: 'ClinicianProfiles' },
    kind: 'clinician profile',
    tag: 'Clinicians',
    scope: 'read_clinicians',
    schema: clinicianSchema,
    shape: clinicianSchema.shape,
    example: CLINICIAN,
    filters: {
      is_active: isActive,
      is_bookable_online: queryFlag.openapi({
        type: 'boolean',
        description: 'Only those that patients can, or can not, book themselves.',
      }),
      location_id: reference.optional().openapi({
        description: 'Only those that work at this location.',
        example: LOCATION.id,
      }),
      search: search('Words of the name, the role or the e-mail address.'),
    },
    hasInactive: true,
  },
  {
    path: '/locations',
    table: 'locations',
    name: { one: 'Location', many: 'Locations' },
    kind: 'location',
    tag: 'Locations',
    scope: 'read_locations',
    schema: locationSchema,
    shape: locationSchema.shape,
    example: LOCATION,
    filters: { is_active: isActive, search: search('Words of the name or the address.') },
    hasInactive: true,
  },
  {
    path: '/appointment-templates',
    table: 'templates',
    name: { one: 'AppointmentTemplate', many: 'AppointmentTemplates' },
    kind: 'appointment template',
    tag: 'Appointment templates',
    scope: 'read_appointment_templates',
    schema: templateSchema,
    shape: templateSchema.shape,
    example: TEMPLATE,
    filters: { is_active: isActive },
    hasInactive: true,
  },
  {
    path: '/patients',
    table: 'patients',
    name: { one: 'Patient', many: 'Patients' },
    kind: 'patient',
    tag: 'Patients',
    scope: 'read_patients',
    schema: patientSchema,
    shape: patientSchema.shape,
    example: PATIENT,
    filters: {
      search: search('Words of the name, the e-mail address, a phone number or the NHS number.'),
    },
    hasInactive: false,
  },
]
