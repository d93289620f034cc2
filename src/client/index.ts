/**
 * The package `appointments-gateway/client`: the types of the schema, operations, and a client on `fetch`. It has no
 * dependencies, and runs in browsers and servers alike.
 */
export { type Answer, type Client, type ClientOptions, createClient, type RequestOptions } from './client.ts'
export {
  type ErrorCode,
  type ErrorExtensions,
  type GatewayError,
  hasCode,
  RequestError,
} from './errors.ts'
export {
  AppointmentCountDocument,
  type AppointmentDetailsFragment as AppointmentDetails,
  AppointmentDocument,
  type AppointmentFilter,
  type AppointmentStatus,
  type AppointmentSummaryFragment as AppointmentSummary,
  AppointmentsDocument,
  CancelAppointmentDocument,
  type CancelAppointmentInput,
  CreateAppointmentDocument,
  type CreateAppointmentInput,
  type DateTimeRange,
  PatientHistoryDocument,
  TypedDocumentString,
  UpdateAppointmentDocument,
  type UpdateAppointmentInput,
} from './generated/graphql.ts'
