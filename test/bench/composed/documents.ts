/**
 * The operations of the corpus for the schema that GraphQL Mesh generates from the OpenAPI document. A list of summaries has
 * no ids of clinicians, so each complete row is read first.
 */

const LINKS = `
  clinician: retrieveClinicianProfile_response ${linkTo('retrieveClinicianProfile', 'clinician_profile_id')}
  location: retrieveLocation_response ${linkTo('retrieveLocation', 'location_id')}
`

/** The configuration that a user of Mesh adds to the document. Only a list of summaries has another type. */
export function typeDefs(document: string): string {
  const summary = document.includes('"AppointmentSummary"')
    ? `extend type AppointmentSummary { whole: retrieveAppointment_response ${linkTo('retrieveAppointment', 'id')} }`
    : ''
  return `extend type Appointment { ${LINKS} } ${summary}`
}

function linkTo(field: string, key: string): string {
  return `@resolveTo(sourceName: "Appointments", sourceTypeName: "Query", sourceFieldName: "${field}",
    requiredSelectionSet: "{ ${key} }", sourceArgs: { id: "{root.${key}}" })`
}

const WITH_CLINICIAN = 'clinician { ... on retrieveClinicianProfile_200_response { data { display_name } } }'
const WITH_LOCATION = 'location { ... on retrieveLocation_200_response { data { name } } }'

/** @param condition arguments of the list besides the limit */
function list(limit: number, row: string, condition = ''): string {
  return `listAppointments(limit: ${limit}${condition}) { ... on listAppointments_200_response { data { ${row} } } }`
}

function ofWhole(fields: string): string {
  return `whole { ... on retrieveAppointment_200_response { data { ${fields} } } }`
}

export function composedPage(limit: number): string {
  return `{ ${list(limit, 'id title start_time status')} }`
}

export function composedNames(limit: number, listRows: 'summary' | 'full'): string {
  return `{ ${list(limit, `title ${listRows === 'full' ? WITH_CLINICIAN : ofWhole(WITH_CLINICIAN)}`)} }`
}

export function composedOne(id: string): string {
  return `{ retrieveAppointment(id: "${id}") { ... on retrieveAppointment_200_response { data { title attendee_name } } } }`
}

/** @param ids of the clinician and the location */
export function composedDay(date: string, [clinician, location]: readonly [string, string]): string {
  const condition = `, clinician_id: "${clinician}", location_id: "${location}", ${within(date)}`
  return `{ ${list(50, `title ${ofWhole(`${WITH_CLINICIAN} ${WITH_LOCATION}`)}`, condition)} }`
}

export function composedWeek(dates: readonly string[]): string {
  const day = (date: string, index: number) =>
    `d${index}: ${list(50, `title ${WITH_CLINICIAN} ${WITH_LOCATION}`, `, ${within(date)}`)}`
  return `{ ${dates.map(day).join(' ')} }`
}

function within(date: string): string {
  return `date_gte: "${date}T00:00:00Z", date_lte: "${date}T23:59:59Z"`
}
