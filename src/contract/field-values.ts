import { APPOINTMENT_STATUSES } from './appointment.ts'
import type { AppointmentFields, FieldName } from './field-names.ts'
import { toUtc } from './instant.ts'
import { REST_ID } from './rest-id.ts'

/** Converts a value of the REST API to the product's form; undefined for an invalid value. */
export type Reader<Value> = (value: unknown) => Value | undefined

export const readId: Reader<string> = (value) =>
  typeof value === 'string' && REST_ID.test(value) ? value : undefined
export const readText: Reader<string> = (value) => (typeof value === 'string' ? value : undefined)
export const readBoolean: Reader<boolean> = (value) => (typeof value === 'boolean' ? value : undefined)
const readStatus: Reader<AppointmentFields['status']> = (value) =>
  APPOINTMENT_STATUSES.find((known) => known === value)
export const readInt32: Reader<number> = (value) =>
  typeof value === 'number' && value === (value | 0) ? value : undefined

/** The reader of each field of an appointment. Readers are not called with null. */
export const FIELD_READERS = {
  id: readId,
  patientId: readId,
  clinicianId: readId,
  title: readText,
  description: readText,
  startTime: toUtc,
  endTime: toUtc,
  status: readStatus,
  appointmentTypeId: readId,
  locationId: readId,
  isRemote: readBoolean,
  remoteChannel: readText,
  videoLink: readText,
  videoProvider: readText,
  durationMinutes: readInt32,
  attendeeEmail: readText,
  attendeeName: readText,
  meetingUrl: readText,
  attendanceStatus: readText,
  cancellationReason: readText,
  bookingSource: readText,
  episodeId: readId,
  createdAt: toUtc,
  updatedAt: toUtc,
} as const satisfies { readonly [Name in FieldName]: Reader<NonNullable<AppointmentFields[Name]>> }
