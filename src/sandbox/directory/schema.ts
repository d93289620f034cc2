import { z } from '@hono/zod-openapi'
import type { AppointmentTemplate, ClinicianProfile, Location, Patient } from '../../contract/directory.ts'
import { isCalendarDate } from '../instants.ts'
import { flag, nonEmptyText, notAnObject, readOnly, text } from '../schema/value.ts'
import { CLINICIAN, LOCATION, PATIENT, TEMPLATE } from './examples.ts'

const instantText = z.string().openapi({ format: 'date-time' })
const optionalText = z.string().nullable()

export const clinicianSchema = z
  .object({
    id: z
      .string()
      .openapi({ description: 'The `clinician_profile_id` of appointments.', example: CLINICIAN.id }),
    name: optionalText.openapi({ example: CLINICIAN.name }),
    display_name: optionalText.openapi({ example: CLINICIAN.display_name }),
    first_name: optionalText.openapi({ example: CLINICIAN.first_name }),
    last_name: optionalText.openapi({ example: CLINICIAN.last_name }),
    title: optionalText.openapi({ example: CLINICIAN.title }),
    role: optionalText.openapi({ example: CLINICIAN.role }),
    email: optionalText.openapi({ example: CLINICIAN.email }),
    bio: optionalText.openapi({ example: CLINICIAN.bio }),
    photo_url: optionalText.openapi({ example: CLINICIAN.photo_url }),
    qualifications: optionalText.openapi({ example: CLINICIAN.qualifications }),
    registration_number: optionalText.openapi({ example: CLINICIAN.registration_number }),
    professional_registration_body: optionalText.openapi({
      example: CLINICIAN.professional_registration_body,
    }),
    is_active: z.boolean().openapi({ example: CLINICIAN.is_active }),
    is_bookable_online: z.boolean().openapi({ example: CLINICIAN.is_bookable_online }),
    created_at: instantText.openapi({ example: CLINICIAN.created_at }),
    updated_at: instantText.openapi({ example: CLINICIAN.updated_at }),
  })
  .openapi('ClinicianProfile') satisfies z.ZodType<ClinicianProfile>

export const locationSchema = z
  .object({
    id: z.string().openapi({ description: 'The `location_id` of appointments.', example: LOCATION.id }),
    name: z.string().openapi({ example: LOCATION.name }),
    address_line_1: optionalText.openapi({ example: LOCATION.address_line_1 }),
    address_line_2: optionalText,
    address_line_3: optionalText,
    town_city: optionalText.openapi({ example: LOCATION.town_city }),
    postcode: optionalText.openapi({ example: LOCATION.postcode }),
    country: optionalText.openapi({ example: LOCATION.country }),
    phone: optionalText.openapi({ example: LOCATION.phone }),
    email: optionalText.openapi({ example: LOCATION.email }),
    lat: z.number().nullable().openapi({ example: LOCATION.lat }),
    lng: z.number().nullable().openapi({ example: LOCATION.lng }),
    timezone: optionalText.openapi({ description: 'An IANA name.', example: LOCATION.timezone }),
    opening_hours: optionalText.openapi({ example: LOCATION.opening_hours }),
    is_primary: z.boolean().openapi({ example: LOCATION.is_primary }),
    is_active: z.boolean().openapi({ example: LOCATION.is_active }),
    created_at: instantText.openapi({ example: LOCATION.created_at }),
    updated_at: instantText.openapi({ example: LOCATION.updated_at }),
  })
  .openapi('Location') satisfies z.ZodType<Location>

export const templateSchema = z
  .object({
    id: z
      .string()
      .openapi({ description: 'The `appointment_type_id` of appointments.', example: TEMPLATE.id }),
    name: z.string().openapi({ example: TEMPLATE.name }),
    description: optionalText.openapi({ example: TEMPLATE.description }),
    duration_minutes: z.int().nullable().openapi({ example: TEMPLATE.duration_minutes }),
    is_active: z.boolean().openapi({ example: TEMPLATE.is_active }),
    created_at: instantText.openapi({ example: TEMPLATE.created_at }),
    updated_at: instantText.openapi({ example: TEMPLATE.updated_at }),
  })
  .openapi('AppointmentTemplate') satisfies z.ZodType<AppointmentTemplate>

export const patientSchema = z
  .object({
    id: z.string().openapi({ description: 'The `patient_id` of appointments.', example: PATIENT.id }),
    first_name: z.string().openapi({ example: PATIENT.first_name }),
    last_name: z.string().openapi({ example: PATIENT.last_name }),
    middle_name: optionalText,
    preferred_name: optionalText,
    title: optionalText.openapi({ example: PATIENT.title }),
    date_of_birth: optionalText.openapi({ example: PATIENT.date_of_birth }),
    biological_sex: optionalText.openapi({ example: PATIENT.biological_sex }),
    gender: optionalText.openapi({ example: PATIENT.gender }),
    nhs_number: optionalText.openapi({ example: PATIENT.nhs_number }),
    email: optionalText.openapi({ example: PATIENT.email }),
    phone: optionalText.openapi({ example: PATIENT.phone }),
    mobile_phone: optionalText.openapi({ example: PATIENT.mobile_phone }),
    address_line_1: optionalText.openapi({ example: PATIENT.address_line_1 }),
    address_line_2: optionalText,
    address_line_3: optionalText,
    town_city: optionalText.openapi({ example: PATIENT.town_city }),
    postcode: optionalText.openapi({ example: PATIENT.postcode }),
    country: optionalText.openapi({ example: PATIENT.country }),
    status: optionalText.openapi({ example: PATIENT.status }),
    is_deceased: z.boolean().openapi({ example: PATIENT.is_deceased }),
    created_at: instantText.openapi({ example: PATIENT.created_at }),
    updated_at: instantText.openapi({ example: PATIENT.updated_at }),
  })
  .openapi('Patient') satisfies z.ZodType<Patient>

const calendarDate = text
  .refine(
    (value) => /^\d{4}-\d{2}-\d{2}$/.test(value) && isCalendarDate(value),
    'must be a date, like 1984-02-29',
  )
  .openapi({ type: 'string', format: 'date' })

/** The fields that a create and an update may set, besides the two names. */
const details = {
  middle_name: text.nullish(),
  preferred_name: text.nullish(),
  title: text.nullish().openapi({ example: PATIENT.title }),
  date_of_birth: calendarDate.nullish().openapi({ example: PATIENT.date_of_birth }),
  biological_sex: text.nullish().openapi({ example: PATIENT.biological_sex }),
  gender: text.nullish().openapi({ example: PATIENT.gender }),
  nhs_number: text.nullish().openapi({ example: PATIENT.nhs_number }),
  email: text.nullish().openapi({ example: PATIENT.email }),
  phone: text.nullish().openapi({ example: PATIENT.phone }),
  mobile_phone: text.nullish().openapi({ example: PATIENT.mobile_phone }),
  address_line_1: text.nullish().openapi({ example: PATIENT.address_line_1 }),
  address_line_2: text.nullish(),
  address_line_3: text.nullish(),
  town_city: text.nullish().openapi({ example: PATIENT.town_city }),
  postcode: text.nullish().openapi({ example: PATIENT.postcode }),
  country: text.nullish().openapi({ example: PATIENT.country }),
  status: text.nullish().openapi({ example: PATIENT.status }),
}

/** The body of a create; unknown fields are ignored. */
export const createPatientBody = z
  .object(
    {
      first_name: nonEmptyText.openapi({ example: PATIENT.first_name }),
      last_name: nonEmptyText.openapi({ example: PATIENT.last_name }),
      ...details,
      is_deceased: flag.default(false).openapi({ example: PATIENT.is_deceased }),
    },
    notAnObject,
  )
  .openapi('CreatePatient')

/** The body of an update; unknown fields are ignored. */
export const updatePatientBody = z
  .object(
    {
      first_name: nonEmptyText.optional().openapi({ example: PATIENT.first_name }),
      last_name: nonEmptyText.optional().openapi({ example: PATIENT.last_name }),
      ...details,
      is_deceased: flag.optional().openapi({ example: PATIENT.is_deceased }),
      id: readOnly("can't be patched"),
      created_at: readOnly("can't be patched"),
      updated_at: readOnly("can't be patched"),
    },
    notAnObject,
  )
  .openapi('UpdatePatient')
