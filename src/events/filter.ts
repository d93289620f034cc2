import type { AppointmentFilter, PartialAppointment } from '../contract/field-names.ts'

/**
 * Whether an appointment matches a list's filter, by the fields that are known: `false` where one condition certainly fails,
 * undefined where one can't be decided.
 */
export function matches(filter: AppointmentFilter, appointment: PartialAppointment): boolean | undefined {
  const { patientId, clinicianId, appointmentTypeId, locationId, statuses, startsFrom, startsTo } = filter
  const { startTime, status } = appointment
  const verdicts = [
    isEqual(patientId, appointment.patientId),
    isEqual(clinicianId, appointment.clinicianId),
    isEqual(appointmentTypeId, appointment.appointmentTypeId),
    isEqual(locationId, appointment.locationId),
    statuses === undefined || (status === undefined ? undefined : statuses.includes(status)),
    startsFrom === undefined || (startTime === undefined ? undefined : !isBefore(startTime, startsFrom)),
    startsTo === undefined || (startTime === undefined ? undefined : !isBefore(startsTo, startTime)),
  ]
  if (verdicts.includes(false)) return false
  return verdicts.includes(undefined) ? undefined : true
}

function isEqual(wanted: string | undefined, value: string | null | undefined): boolean | undefined {
  if (wanted === undefined) return true
  return value === undefined ? undefined : value === wanted
}

/** Compares instants of the form of `toUtc` as texts without the `Z`, so that fractions of any length compare exactly. */
export function isBefore(a: string, b: string): boolean {
  return a.slice(0, -1) < b.slice(0, -1)
}
