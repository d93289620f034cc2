/**
 * The package `appointments-gateway/client`: the types of the schema, operations, and a client on `fetch`. It has no
 * dependencies, and runs in browsers and servers alike.
 */
export {
  type Client,
  type ClientOptions,
  createClient,
  type RequestOptions,
  type SubscribeOptions,
} from './client.ts'
export {
  type ErrorCode,
  type ErrorExtensions,
  type GatewayError,
  hasCode,
  RequestError,
  ResumeError,
} from './errors.ts'
export {
  type AppointmentChangeKind,
  AppointmentChangesDocument,
  type AppointmentChangesSubscription as AppointmentChanges,
  AppointmentCountDocument,
  type AppointmentDetailsFragment as AppointmentDetails,
  AppointmentDocument,
  type AppointmentFilter,
  type AppointmentInEventFragment as AppointmentInEvent,
  type AppointmentStatus,
  type AppointmentSummaryFragment as AppointmentSummary,
  AppointmentsDocument,
  CancelAppointmentDocument,
  type CancelAppointmentInput,
  type ChangeSource,
  CreateAppointmentDocument,
  type CreateAppointmentInput,
  type DateTimeRange,
  type Movement,
  PatientHistoryDocument,
  type SlotOwner,
  TypedDocumentString,
  UpdateAppointmentDocument,
  type UpdateAppointmentInput,
} from './generated/graphql.ts'
export { type Observable, observe, type Payload } from './observe.ts'
export { createRelayNetwork, type RelayNetwork } from './relay.ts'
export type { Answer } from './response.ts'
export { addDays, type ClinicClock, createClinicClock, weekOf } from './screen/clinic-clock.ts'
export { gapsIn, type InLane, inLanes, type Range, type Timed } from './screen/day-grid.ts'
export {
  type Found,
  type LiveRows,
  NO_ROWS,
  nodesOf,
  propose,
  settle,
  shownRows,
  takeChange,
  takeFound,
} from './screen/live-rows.ts'
export type { PartialAnswer } from './streams/parts.ts'
export type { Pause } from './streams/pause.ts'
