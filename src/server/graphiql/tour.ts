import { nextWorkingDay } from './day.ts'
import type { Sample } from './sample.ts'

export interface Tab {
  readonly query: string
  /** JSON. */
  readonly variables: string
  /** JSON, or empty. */
  readonly headers: string
}

export interface TourOptions {
  readonly now: number
  /** Undefined where the upstream has no sample data. */
  readonly rows: Sample | undefined
  readonly needsCredential: boolean
}

/** A placeholder for a value that only the user knows. It is no valid id, so the gateway refuses it at no cost. */
const ID_PLACEHOLDER = 'the id of an appointment'

/**
 * The tour of the product, in eight tabs. With sample rows each tab is ready to run. Without them, the tabs that need an id
 * or change something have placeholders for the user's own values.
 */
export function tourTabs({ now, rows, needsCredential }: TourOptions): readonly Tab[] {
  const day = nextWorkingDay(now)
  const filter = { startTime: day }
  const open = rows?.filter(({ node }) => node.isCancellable) ?? []
  const [first, second, third] = [...open, ...(rows ?? [])].map(({ node }) => node.id)
  const [firstRow] = rows ?? []
  const tabs: readonly (readonly [query: string, variables: object])[] = [
    [THE_DAY, { filter, first: PAGE }],
    [PAGE_TWO, { filter, first: PAGE, after: (rows?.[PAGE - 1] ?? rows?.at(-1))?.cursor ?? null }],
    [ONE_AND_HISTORY, { id: firstRow?.node.id ?? ID_PLACEHOLDER }],
    [CREATE, { input: newAppointment(day.gte, rows) }],
    [UPDATE, { input: { id: first ?? ID_PLACEHOLDER, title: 'Moved to the quiet room' } }],
    [CANCEL, { input: { id: second ?? ID_PLACEHOLDER, cancellationReason: 'Patient request' } }],
    [ERROR_ON_PURPOSE, { id: third ?? ID_PLACEHOLDER }],
    [CHANGES, { filter }],
  ]
  const headers = needsCredential ? JSON.stringify({ Authorization: 'Bearer <your key>' }, null, 2) : ''
  return tabs.map(([query, variables]) => ({
    query: query.trim(),
    variables: JSON.stringify(variables, null, 2),
    headers,
  }))
}

function newAppointment(midnight: string, rows: Sample | undefined): object {
  const patientId = rows?.find(({ node }) => node.patient)?.node.patient?.restId
  return {
    title: 'Follow-up Consultation',
    startTime: rows ? midnight.replace('00:00', '12:45') : 'when it begins, as 2026-01-05T12:45:00Z',
    endTime: rows ? midnight.replace('00:00', '13:15') : 'when it ends',
    ...(patientId !== undefined && { patientId }),
    status: 'CONFIRMED',
  }
}

const PAGE = 5

const THE_DAY = `
# The list of one day, five rows at a time.
# The bar over the answer says what it cost.
query TheDay($filter: AppointmentFilter, $first: Int) {
  appointments(filter: $filter, first: $first) {
    nodes {
      id
      title
      startTime
      status
      patient { restId }
    }
    pageInfo { hasNextPage endCursor }
  }
}`

const PAGE_TWO = `
# The next five: "after" is the endCursor before.
# It names a place, not a number of rows to skip.
query PageTwo($filter: AppointmentFilter, $first: Int, $after: String) {
  appointments(filter: $filter, first: $first, after: $after) {
    nodes {
      id
      title
      startTime
      status
    }
    pageInfo { hasPreviousPage hasNextPage endCursor }
  }
}`

const ONE_AND_HISTORY = `
# One appointment, and its patient's history.
query OneAndHistory($id: ID!) {
  appointment(id: $id) {
    title
    description
    startTime
    durationMinutes
    status
    attendeeName
    clinician { restId }
    patient {
      restId
      appointments(first: 10) {
        nodes { title startTime status }
      }
    }
  }
}`

const CREATE = `
# Books a visit. Each press books another:
# there is no idempotencyKey.
mutation Create($input: CreateAppointmentInput!) {
  createAppointment(input: $input) {
    appointment { id title startTime endTime status }
  }
}`

const UPDATE = `
# Changes what is named and leaves the rest.
# A status changes by actions only.
mutation Update($input: UpdateAppointmentInput!) {
  updateAppointment(input: $input) {
    appointment { id title startTime updatedAt }
  }
}`

const CANCEL = `
# Cancels a visit, for good.
mutation Cancel($input: CancelAppointmentInput!) {
  cancelAppointment(input: $input) {
    appointment { id status cancellationReason }
    performedAt
    performedBy
  }
}`

const ERROR_ON_PURPOSE = `
# What is cancelled can't be cancelled again: the
# error says why, and the rest is there all the same.
mutation ErrorOnPurpose($id: ID!) {
  once: cancelAppointment(input: { id: $id }) {
    appointment { status }
  }
  again: cancelAppointment(input: { id: $id }) {
    appointment { status }
  }
}`

// GraphiQL ends a subscription when another tab is selected, so a change has to be made in another window.
const CHANGES = `
# Tells of each change of that day. To see one,
# open this page in a second window, and run
# Create, Update or Cancel there.
subscription Changes($filter: AppointmentFilter) {
  appointmentChanged(filter: $filter) {
    sequence
    kind
    movement
    source
    appointment {
      id
      title
      startTime
      status
      patient { restId }
    }
  }
}`
