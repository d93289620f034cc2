/**
 * What a package that asks the gateway imports: the schema's types, ready operations, and a transport on `fetch`.
 * It depends on nothing, so it runs in browsers and servers alike.
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
