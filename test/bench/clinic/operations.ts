const ROW = 'restId title startTime status'

/** A screen shows the fields of the day that list rows have. */
export const DAY = {
  query: `{ appointments(first: 100, filter: { startTime: { gte: "2026-01-05T00:00:00Z", lte: "2026-01-05T23:59:59Z" } }) { nodes { ${ROW} } } }`,
}

export const VIEW = {
  query: `query ($id: ID!) { appointment(id: $id) { ${ROW} attendeeName attendeeEmail description durationMinutes clinician { restId } location { restId } } }`,
}

export const BOOK = {
  query: `mutation ($input: CreateAppointmentInput!) { createAppointment(input: $input) { appointment { ${ROW} } } }`,
}

/** Selects more than the three fields of the upstream's response to a cancel, as a screen does. */
export const CANCEL = {
  query: `mutation ($input: CancelAppointmentInput!) { cancelAppointment(input: $input) { appointment { ${ROW} } } }`,
}

export const RESCHEDULE = {
  query: `mutation ($input: UpdateAppointmentInput!) { updateAppointment(input: $input) { appointment { ${ROW} } } }`,
}
