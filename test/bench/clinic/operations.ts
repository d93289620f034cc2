const ROW = 'restId title startTime status'

/** A screen shows the day as its list rows hold it. */
export const DAY = {
  query: `{ appointments(first: 100, filter: { startTime: { gte: "2026-01-05T00:00:00Z", lte: "2026-01-05T23:59:59Z" } }) { nodes { ${ROW} } } }`,
}

export const VIEW = {
  query: `query ($id: ID!) { appointment(id: $id) { ${ROW} attendeeName attendeeEmail description durationMinutes clinician { restId } location { restId } } }`,
}

export const BOOK = {
  query: `mutation ($input: CreateAppointmentInput!) { createAppointment(input: $input) { appointment { ${ROW} } } }`,
}

/** The upstream answers a cancel with 3 fields; whoever cancels sees the rest too. */
export const CANCEL = {
  query: `mutation ($input: CancelAppointmentInput!) { cancelAppointment(input: $input) { appointment { ${ROW} } } }`,
}

export const RESCHEDULE = {
  query: `mutation ($input: UpdateAppointmentInput!) { updateAppointment(input: $input) { appointment { ${ROW} } } }`,
}
