import type { AppointmentTemplate, ClinicianProfile, Location, Patient } from './directory.ts'
import { type Reader, readBoolean, readInt32, readText } from './field-values.ts'
import { toUtc } from './instant.ts'

/** Reads an identifier that some servers send as a number. */
const readCode: Reader<string> = (value) => (Number.isSafeInteger(value) ? String(value) : readText(value))

/** Reads a coordinate that some servers send as text. */
const readNumber: Reader<number> = (value) => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

/** Reads text, or any other structure as JSON: the format is not documented. */
const readAnything: Reader<string> = (value) => readText(value) ?? JSON.stringify(value)

interface Field<RestName extends string, Value> {
  readonly rest: RestName
  readonly read: Reader<Value>
}

function field<const RestName extends string, Value>(
  rest: RestName,
  read: Reader<Value>,
): Field<RestName, Value> {
  return { rest, read }
}

/**
 * The fields of the objects that an appointment refers to: the product's name, the REST API's name, and the reader of the
 * value. Any field may be missing, because not every page of the REST API was found.
 */
export const ENTRY_FIELDS = {
  Clinician: {
    name: field('name', readText),
    displayName: field('display_name', readText),
    firstName: field('first_name', readText),
    lastName: field('last_name', readText),
    title: field('title', readText),
    role: field('role', readText),
    email: field('email', readText),
    bio: field('bio', readText),
    photoUrl: field('photo_url', readText),
    qualifications: field('qualifications', readAnything),
    registrationNumber: field('registration_number', readCode),
    professionalRegistrationBody: field('professional_registration_body', readText),
    isActive: field('is_active', readBoolean),
    isBookableOnline: field('is_bookable_online', readBoolean),
    createdAt: field('created_at', toUtc),
    updatedAt: field('updated_at', toUtc),
  },
  Location: {
    name: field('name', readText),
    addressLine1: field('address_line_1', readText),
    addressLine2: field('address_line_2', readText),
    addressLine3: field('address_line_3', readText),
    townCity: field('town_city', readText),
    postcode: field('postcode', readText),
    country: field('country', readText),
    phone: field('phone', readCode),
    email: field('email', readText),
    latitude: field('lat', readNumber),
    longitude: field('lng', readNumber),
    timeZone: field('timezone', readText),
    openingHours: field('opening_hours', readAnything),
    isPrimary: field('is_primary', readBoolean),
    isActive: field('is_active', readBoolean),
    createdAt: field('created_at', toUtc),
    updatedAt: field('updated_at', toUtc),
  },
  AppointmentType: {
    name: field('name', readText),
    description: field('description', readText),
    durationMinutes: field('duration_minutes', readInt32),
    isActive: field('is_active', readBoolean),
    createdAt: field('created_at', toUtc),
    updatedAt: field('updated_at', toUtc),
  },
  Patient: {
    firstName: field('first_name', readText),
    lastName: field('last_name', readText),
    middleName: field('middle_name', readText),
    preferredName: field('preferred_name', readText),
    title: field('title', readText),
    dateOfBirth: field('date_of_birth', readText),
    biologicalSex: field('biological_sex', readText),
    gender: field('gender', readText),
    nhsNumber: field('nhs_number', readCode),
    email: field('email', readText),
    phone: field('phone', readCode),
    mobilePhone: field('mobile_phone', readCode),
    addressLine1: field('address_line_1', readText),
    addressLine2: field('address_line_2', readText),
    addressLine3: field('address_line_3', readText),
    townCity: field('town_city', readText),
    postcode: field('postcode', readText),
    country: field('country', readText),
    status: field('status', readText),
    isDeceased: field('is_deceased', readBoolean),
    createdAt: field('created_at', toUtc),
    updatedAt: field('updated_at', toUtc),
  },
} as const satisfies {
  readonly Clinician: Fields<ClinicianProfile>
  readonly Location: Fields<Location>
  readonly AppointmentType: Fields<AppointmentTemplate>
  readonly Patient: Fields<Patient>
}

type Fields<Wire> = Readonly<Record<string, Field<Exclude<keyof Wire & string, 'id'>, unknown>>>

/** The type of an object that an appointment refers to. */
export type EntryKind = keyof typeof ENTRY_FIELDS
export type EntryFieldName<Kind extends EntryKind> = keyof (typeof ENTRY_FIELDS)[Kind] & string
export type EntryValue<Kind extends EntryKind, Name extends EntryFieldName<Kind>> =
  (typeof ENTRY_FIELDS)[Kind][Name] extends Field<string, infer Value> ? Value : never

/** The path of each kind's list. */
export const ENTRY_PATHS = {
  Clinician: '/clinician-profiles',
  Location: '/locations',
  AppointmentType: '/appointment-templates',
  Patient: '/patients',
} as const satisfies Readonly<Record<EntryKind, string>>
