/** The fields that name a reference, in filters and inputs alike, and the kind that each must be of. */
export const REFERENCE_IDS = [
  ['patientId', 'Patient'],
  ['clinicianId', 'Clinician'],
  ['appointmentTypeId', 'AppointmentType'],
  ['locationId', 'Location'],
] as const
