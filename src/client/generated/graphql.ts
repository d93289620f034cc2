/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** The kind of a change of an appointment. */
export type AppointmentChangeKind =
  /** It was cancelled. */
  | 'CANCELLED'
  /** It took place. */
  | 'COMPLETED'
  /** It was booked. */
  | 'CREATED'
  /** The patient did not attend. */
  | 'NO_SHOW'
  /** A read found a change that no event had reported. */
  | 'RECONCILED'
  /** Its time changed. */
  | 'RESCHEDULED'
  /** A field other than its time or its status changed. */
  | 'UPDATED';

/** Which appointments to list: those that meet every given condition. An absent or null condition has no effect. */
export type AppointmentFilter = {
  /** Of this type: the global id, or the upstream's own. */
  appointmentTypeId?: string | number | null | undefined;
  /** Of this clinician: the global id, or the upstream's own. */
  clinicianId?: string | number | null | undefined;
  /** Beginning on this day, which has 23 or 25 hours where the clocks of `timeZone` change. It is equivalent to that range of instants in `startTime`: the cost is the same, and cursors of one are valid for the other. A day that a zone's clocks skip is `BAD_USER_INPUT`. */
  day?: string | null | undefined;
  /** At this location: the global id, or the upstream's own. */
  locationId?: string | number | null | undefined;
  /** Of this patient: the global id, or the upstream's own. */
  patientId?: string | number | null | undefined;
  /** Beginning within this range. Not together with `day`. */
  startTime?: DateTimeRange | null | undefined;
  /** In one of these statuses: at least one. */
  status?: Array<AppointmentStatus> | null | undefined;
  /** The time zone of `day`. By default the zone of the location, if the list is of one location whose zone the upstream gives, which may cost the read of the locations; else the clinic's (`CLINIC_TIME_ZONE`). Only with `day`. */
  timeZone?: string | null | undefined;
};

/** The status of an appointment. It changes only by an action such as `cancelAppointment`, never by an update. */
export type AppointmentStatus =
  /** Cancelled: final. */
  | 'CANCELLED'
  /** Took place: final. */
  | 'COMPLETED'
  /** Confirmed. Can be cancelled. */
  | 'CONFIRMED'
  /** The patient did not attend: final. */
  | 'NO_SHOW'
  /** Awaiting confirmation. Can be cancelled. */
  | 'PENDING'
  /** Awaiting approval. Can be cancelled. */
  | 'PENDING_APPROVAL'
  /** Scheduled. Can be cancelled. */
  | 'SCHEDULED';

/** Which appointment to cancel, and why. */
export type CancelAppointmentInput = {
  /** The reason, as a text for people. */
  cancellationReason?: string | null | undefined;
  /** Returned unchanged in the payload, so that the client can match it to this input. */
  clientMutationId?: string | null | undefined;
  /** Which appointment. The global id, or the upstream's own. */
  id: string | number;
};

/** How the gateway learned of a change. */
export type ChangeSource =
  /** By a mutation through the gateway. */
  | 'GATEWAY'
  /** By a read of the gateway. */
  | 'RECONCILED'
  /** By an event of the upstream. */
  | 'WEBHOOK';

/** A new appointment. */
export type CreateAppointmentInput = {
  /** The kind of appointment. The global id, or the upstream's own. */
  appointmentTypeId?: string | number | null | undefined;
  /** The e-mail address of the attendee. */
  attendeeEmail?: string | null | undefined;
  /** The name of the attendee. */
  attendeeName?: string | null | undefined;
  /** Returned unchanged in the payload, so that the client can match it to this input. */
  clientMutationId?: string | null | undefined;
  /** The clinician. The global id, or the upstream's own. */
  clinicianId?: string | number | null | undefined;
  /** When it ends: after it begins. */
  endTime: string;
  /** The upstream's id of an existing episode of care. */
  episodeId?: string | number | null | undefined;
  /** Makes the create safe to send again: for 24 hours the same key with the same input gives the same appointment, and with another input `CONFLICT`. Each field of a document is separate: one key and one input twice in one document book two appointments, and that document sent again gives the same two. A UUID is sent upstream unchanged; any other text of up to 255 characters is converted to one. By default the gateway generates a key. */
  idempotencyKey?: string | null | undefined;
  /** Book only if none of these has another appointment at this time, else `SLOT_TAKEN`. Adjacent appointments do not overlap, and cancelled and missed ones take no time. Each value costs one more upstream request for each hundred appointments of the day and the day before; two where the gateway receives no events. */
  ifFree?: Array<SlotOwner> | null | undefined;
  /** Whether they meet by phone or video; false by default. */
  isRemote?: boolean | null | undefined;
  /** Where it takes place. The global id, or the upstream's own. */
  locationId?: string | number | null | undefined;
  /** The patient. The global id, or the upstream's own. */
  patientId?: string | number | null | undefined;
  /** When it begins. */
  startTime: string;
  /** One of `PENDING_APPROVAL`, `PENDING`, `CONFIRMED`, `SCHEDULED`; by default the upstream chooses. */
  status?: AppointmentStatus | null | undefined;
  /** The title. */
  title: string;
};

/** A range of instants, both ends inclusive. An absent end is open. An end that is finer than a millisecond is rounded into the range. */
export type DateTimeRange = {
  /** On or after this instant. */
  gte?: string | null | undefined;
  /** On or before this instant. */
  lte?: string | null | undefined;
};

/** The effect of a change on the list of the filter, and so what a list on a screen has to do. */
export type Movement =
  /** It was in the list and still is: replace the row. */
  | 'CHANGED'
  /** The appointment is in the list, and as far as the gateway knows was not before: insert it, or replace the row that has its id. */
  | 'ENTERED'
  /** It is not in the list: remove the row, if there is one. */
  | 'LEFT';

/** A person or place whose time an appointment takes. */
export type SlotOwner =
  /** The clinician of the appointment. */
  | 'CLINICIAN'
  /** The location of the appointment: for rooms that have one appointment at a time. */
  | 'LOCATION'
  /** The patient of the appointment. Not for a caller that is limited to a clinician. */
  | 'PATIENT';

/** The changes of an appointment. An absent field keeps its value; null clears it. */
export type UpdateAppointmentInput = {
  /** The kind of appointment. The global id, or the upstream's own. */
  appointmentTypeId?: string | number | null | undefined;
  /** Whether the attendee has attended, in the upstream's words. */
  attendanceStatus?: string | null | undefined;
  /** The e-mail address of the attendee. */
  attendeeEmail?: string | null | undefined;
  /** The name of the attendee. */
  attendeeName?: string | null | undefined;
  /** Returned unchanged in the payload, so that the client can match it to this input. */
  clientMutationId?: string | null | undefined;
  /** The clinician. The global id, or the upstream's own. */
  clinicianId?: string | number | null | undefined;
  /** A longer description. */
  description?: string | null | undefined;
  /** When it ends: after it begins. Not null. */
  endTime?: string | null | undefined;
  /** The upstream's id of an existing episode of care. */
  episodeId?: string | number | null | undefined;
  /** Which appointment. The global id, or the upstream's own. */
  id: string | number;
  /** Whether they meet by phone or video. Not null. */
  isRemote?: boolean | null | undefined;
  /** Where it takes place. The global id, or the upstream's own. */
  locationId?: string | number | null | undefined;
  /** Where to join the meeting. */
  meetingUrl?: string | null | undefined;
  /** The patient. The global id, or the upstream's own. */
  patientId?: string | number | null | undefined;
  /** The channel of a remote appointment. */
  remoteChannel?: string | null | undefined;
  /** When it begins. Not null. */
  startTime?: string | null | undefined;
  /** The title. Not null. */
  title?: string | null | undefined;
  /** The link to the video call. */
  videoLink?: string | null | undefined;
  /** The provider of the video call. */
  videoProvider?: string | null | undefined;
};

/** The outcome of the last request to the upstream, for any caller. */
export type UpstreamState =
  /** The upstream answered, possibly with a refusal. */
  | 'ANSWERING'
  /** There was no answer, or the upstream failed: reads are answered from the cache where it still has an answer. */
  | 'FAILING'
  /** There has been no request. */
  | 'UNKNOWN';

export type DeskDaysQueryVariables = Exact<{
  from: string;
  to: string;
  first: number;
  withClinicians: boolean;
}>;


export type DeskDaysQuery = { appointments: { nodes: Array<{ id: string, title: string | null, startTime: string | null, endTime: string | null, status: AppointmentStatus | null, isCancellable: boolean | null, clinician?: { id: string } | null } | null>, pageInfo: { hasNextPage: boolean } } | null };

export type DeskDirectoryQueryVariables = Exact<{ [key: string]: never; }>;


export type DeskDirectoryQuery = { clinicians: { nodes: Array<{ id: string, displayName: string | null, name: string | null, role: string | null, isActive: boolean | null } | null> } | null, appointmentTypes: { nodes: Array<{ id: string, name: string | null, durationMinutes: number | null, isActive: boolean | null } | null> } | null };

export type DeskNamesQueryVariables = Exact<{
  ids: Array<string | number> | string | number;
}>;


export type DeskNamesQuery = { nodes: Array<
    | { attendeeName: string | null, id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
   | null> };

export type DeskAppointmentQueryVariables = Exact<{
  id: string | number;
}>;


export type DeskAppointmentQuery = { appointment: { description: string | null, attendeeName: string | null, cancellationReason: string | null, id: string, title: string | null, startTime: string | null, endTime: string | null, status: AppointmentStatus | null, isCancellable: boolean | null, clinician: { id: string } | null, location: { name: string | null } | null, patient: { mobilePhone: string | null, id: string, firstName: string | null, lastName: string | null, dateOfBirth: string | null, postcode: string | null } | null } | null };

export type DeskPatientsQueryVariables = Exact<{
  search: string;
}>;


export type DeskPatientsQuery = { patients: { nodes: Array<{ id: string, firstName: string | null, lastName: string | null, dateOfBirth: string | null, postcode: string | null } | null> } | null };

export type DeskVisitsQueryVariables = Exact<{
  patientId: string | number;
  gte: string;
}>;


export type DeskVisitsQuery = { appointments: { nodes: Array<{ id: string, title: string | null, startTime: string | null, endTime: string | null, status: AppointmentStatus | null, isCancellable: boolean | null } | null> } | null };

export type DeskUpstreamQueryVariables = Exact<{ [key: string]: never; }>;


export type DeskUpstreamQuery = { upstream: { state: UpstreamState, quota: { limit: number, remaining: number, resetsAt: string, forecast: { spentAt: string | null } | null } | null } | null };

export type DeskCancelMutationVariables = Exact<{
  input: CancelAppointmentInput;
}>;


export type DeskCancelMutation = { written: { appointment: { id: string, status: AppointmentStatus | null } | null } | null };

export type DeskMoveMutationVariables = Exact<{
  input: UpdateAppointmentInput;
}>;


export type DeskMoveMutation = { written: { appointment: { id: string, title: string | null, startTime: string | null, endTime: string | null, status: AppointmentStatus | null, isCancellable: boolean | null } | null } | null };

export type DeskBookMutationVariables = Exact<{
  input: CreateAppointmentInput;
}>;


export type DeskBookMutation = { written: { appointment: { id: string, title: string | null, startTime: string | null, endTime: string | null, status: AppointmentStatus | null, isCancellable: boolean | null } | null } | null };

export type DeskChangesSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type DeskChangesSubscription = { appointmentChanged: { sequence: string, movement: Movement, appointment: { attendeeName: string | null, id: string, title: string | null, startTime: string | null, endTime: string | null, status: AppointmentStatus | null, isCancellable: boolean | null, clinician: { id: string } | null } | null } | null };

export type DeskRowFragment = { id: string, title: string | null, startTime: string | null, endTime: string | null, status: AppointmentStatus | null, isCancellable: boolean | null };

export type DeskClinicianFragment = { id: string, displayName: string | null, name: string | null, role: string | null, isActive: boolean | null };

export type DeskKindFragment = { id: string, name: string | null, durationMinutes: number | null, isActive: boolean | null };

export type DeskPatientFragment = { id: string, firstName: string | null, lastName: string | null, dateOfBirth: string | null, postcode: string | null };

export type AppointmentsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  filter?: AppointmentFilter | null | undefined;
}>;


export type AppointmentsQuery = { appointments: { nodes: Array<{ id: string, restId: string, title: string | null, startTime: string | null, endTime: string | null, status: AppointmentStatus | null, isCancellable: boolean | null, createdAt: string | null, patient: { id: string, restId: string } | null } | null>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } | null };

export type AppointmentCountQueryVariables = Exact<{
  filter?: AppointmentFilter | null | undefined;
}>;


export type AppointmentCountQuery = { appointments: { totalCount: number | null } | null };

export type AppointmentQueryVariables = Exact<{
  id: string | number;
}>;


export type AppointmentQuery = { appointment: { description: string | null, durationMinutes: number | null, isRemote: boolean | null, remoteChannel: string | null, videoLink: string | null, videoProvider: string | null, meetingUrl: string | null, attendeeName: string | null, attendeeEmail: string | null, attendanceStatus: string | null, cancellationReason: string | null, bookingSource: string | null, episodeId: string | null, updatedAt: string | null, id: string, restId: string, title: string | null, startTime: string | null, endTime: string | null, status: AppointmentStatus | null, isCancellable: boolean | null, createdAt: string | null, clinician: { id: string, restId: string } | null, appointmentType: { id: string, restId: string } | null, location: { id: string, restId: string } | null, patient: { id: string, restId: string } | null } | null };

export type PatientHistoryQueryVariables = Exact<{
  patientId: string | number;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type PatientHistoryQuery = { patient: { id: string, restId: string, appointments: { nodes: Array<{ id: string, restId: string, title: string | null, startTime: string | null, endTime: string | null, status: AppointmentStatus | null, isCancellable: boolean | null, createdAt: string | null, patient: { id: string, restId: string } | null } | null>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null };

export type CreateAppointmentMutationVariables = Exact<{
  input: CreateAppointmentInput;
}>;


export type CreateAppointmentMutation = { createAppointment: { appointment: { id: string, restId: string, title: string | null, startTime: string | null, endTime: string | null, status: AppointmentStatus | null, isCancellable: boolean | null, createdAt: string | null, patient: { id: string, restId: string } | null } | null } | null };

export type UpdateAppointmentMutationVariables = Exact<{
  input: UpdateAppointmentInput;
}>;


export type UpdateAppointmentMutation = { updateAppointment: { appointment: { id: string, restId: string, title: string | null, startTime: string | null, endTime: string | null, status: AppointmentStatus | null, isCancellable: boolean | null, createdAt: string | null, patient: { id: string, restId: string } | null } | null } | null };

export type CancelAppointmentMutationVariables = Exact<{
  input: CancelAppointmentInput;
}>;


export type CancelAppointmentMutation = { cancelAppointment: { performedAt: string | null, performedBy: string | null, appointment: { id: string, restId: string, status: AppointmentStatus | null, cancellationReason: string | null } | null } | null };

export type AppointmentChangesSubscriptionVariables = Exact<{
  filter?: AppointmentFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type AppointmentChangesSubscription = { appointmentChanged: { sequence: string, kind: AppointmentChangeKind, movement: Movement, source: ChangeSource, occurredAt: string, appointment: { isRemote: boolean | null, attendeeName: string | null, attendeeEmail: string | null, updatedAt: string | null, id: string, restId: string, title: string | null, startTime: string | null, endTime: string | null, status: AppointmentStatus | null, isCancellable: boolean | null, createdAt: string | null, clinician: { id: string, restId: string } | null, appointmentType: { id: string, restId: string } | null, location: { id: string, restId: string } | null, patient: { id: string, restId: string } | null } | null } | null };

export type AppointmentSummaryFragment = { id: string, restId: string, title: string | null, startTime: string | null, endTime: string | null, status: AppointmentStatus | null, isCancellable: boolean | null, createdAt: string | null, patient: { id: string, restId: string } | null };

export type AppointmentInEventFragment = { isRemote: boolean | null, attendeeName: string | null, attendeeEmail: string | null, updatedAt: string | null, id: string, restId: string, title: string | null, startTime: string | null, endTime: string | null, status: AppointmentStatus | null, isCancellable: boolean | null, createdAt: string | null, clinician: { id: string, restId: string } | null, appointmentType: { id: string, restId: string } | null, location: { id: string, restId: string } | null, patient: { id: string, restId: string } | null };

export type AppointmentDetailsFragment = { description: string | null, durationMinutes: number | null, isRemote: boolean | null, remoteChannel: string | null, videoLink: string | null, videoProvider: string | null, meetingUrl: string | null, attendeeName: string | null, attendeeEmail: string | null, attendanceStatus: string | null, cancellationReason: string | null, bookingSource: string | null, episodeId: string | null, updatedAt: string | null, id: string, restId: string, title: string | null, startTime: string | null, endTime: string | null, status: AppointmentStatus | null, isCancellable: boolean | null, createdAt: string | null, clinician: { id: string, restId: string } | null, appointmentType: { id: string, restId: string } | null, location: { id: string, restId: string } | null, patient: { id: string, restId: string } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const DeskRowFragmentDoc = new TypedDocumentString(`
    fragment DeskRow on Appointment {
  id
  title
  startTime
  endTime
  status
  isCancellable
}
    `, {"fragmentName":"DeskRow"}) as unknown as TypedDocumentString<DeskRowFragment, unknown>;
export const DeskClinicianFragmentDoc = new TypedDocumentString(`
    fragment DeskClinician on Clinician {
  id
  displayName
  name
  role
  isActive
}
    `, {"fragmentName":"DeskClinician"}) as unknown as TypedDocumentString<DeskClinicianFragment, unknown>;
export const DeskKindFragmentDoc = new TypedDocumentString(`
    fragment DeskKind on AppointmentType {
  id
  name
  durationMinutes
  isActive
}
    `, {"fragmentName":"DeskKind"}) as unknown as TypedDocumentString<DeskKindFragment, unknown>;
export const DeskPatientFragmentDoc = new TypedDocumentString(`
    fragment DeskPatient on Patient {
  id
  firstName
  lastName
  dateOfBirth
  postcode
}
    `, {"fragmentName":"DeskPatient"}) as unknown as TypedDocumentString<DeskPatientFragment, unknown>;
export const AppointmentSummaryFragmentDoc = new TypedDocumentString(`
    fragment AppointmentSummary on Appointment {
  id
  restId
  title
  startTime
  endTime
  status
  isCancellable
  createdAt
  patient {
    id
    restId
  }
}
    `, {"fragmentName":"AppointmentSummary"}) as unknown as TypedDocumentString<AppointmentSummaryFragment, unknown>;
export const AppointmentInEventFragmentDoc = new TypedDocumentString(`
    fragment AppointmentInEvent on Appointment {
  ...AppointmentSummary
  isRemote
  attendeeName
  attendeeEmail
  updatedAt
  clinician {
    id
    restId
  }
  appointmentType {
    id
    restId
  }
  location {
    id
    restId
  }
}
    fragment AppointmentSummary on Appointment {
  id
  restId
  title
  startTime
  endTime
  status
  isCancellable
  createdAt
  patient {
    id
    restId
  }
}`, {"fragmentName":"AppointmentInEvent"}) as unknown as TypedDocumentString<AppointmentInEventFragment, unknown>;
export const AppointmentDetailsFragmentDoc = new TypedDocumentString(`
    fragment AppointmentDetails on Appointment {
  ...AppointmentSummary
  description
  durationMinutes
  isRemote
  remoteChannel
  videoLink
  videoProvider
  meetingUrl
  attendeeName
  attendeeEmail
  attendanceStatus
  cancellationReason
  bookingSource
  episodeId
  updatedAt
  clinician {
    id
    restId
  }
  appointmentType {
    id
    restId
  }
  location {
    id
    restId
  }
}
    fragment AppointmentSummary on Appointment {
  id
  restId
  title
  startTime
  endTime
  status
  isCancellable
  createdAt
  patient {
    id
    restId
  }
}`, {"fragmentName":"AppointmentDetails"}) as unknown as TypedDocumentString<AppointmentDetailsFragment, unknown>;
export const DeskDaysDocument = new TypedDocumentString(`
    query DeskDays($from: DateTime!, $to: DateTime!, $first: Int!, $withClinicians: Boolean!) {
  appointments(first: $first, filter: {startTime: {gte: $from, lte: $to}}) {
    nodes {
      ...DeskRow
      clinician @include(if: $withClinicians) {
        id
      }
    }
    pageInfo {
      hasNextPage
    }
  }
}
    fragment DeskRow on Appointment {
  id
  title
  startTime
  endTime
  status
  isCancellable
}`, {"trusted":"sha256:ee037e26128f4cd8a2311a89083f1f23c5bdb6a486233ed49d49e34852e27a72"}) as unknown as TypedDocumentString<DeskDaysQuery, DeskDaysQueryVariables>;
export const DeskDirectoryDocument = new TypedDocumentString(`
    query DeskDirectory {
  clinicians(first: 100) {
    nodes {
      ...DeskClinician
    }
  }
  appointmentTypes(first: 100) {
    nodes {
      ...DeskKind
    }
  }
}
    fragment DeskClinician on Clinician {
  id
  displayName
  name
  role
  isActive
}
fragment DeskKind on AppointmentType {
  id
  name
  durationMinutes
  isActive
}`, {"trusted":"sha256:e97a4b5d6290950c593b016744c9fee3e94c01c891a12d1cc059dfea433cbf82"}) as unknown as TypedDocumentString<DeskDirectoryQuery, DeskDirectoryQueryVariables>;
export const DeskNamesDocument = new TypedDocumentString(`
    query DeskNames($ids: [ID!]!) {
  nodes(ids: $ids) {
    id
    ... on Appointment {
      attendeeName
    }
  }
}
    `, {"trusted":"sha256:0616aebae701149f654c0c8aa8e9cf965066ea72d69eb593837d78d3619ebe31"}) as unknown as TypedDocumentString<DeskNamesQuery, DeskNamesQueryVariables>;
export const DeskAppointmentDocument = new TypedDocumentString(`
    query DeskAppointment($id: ID!) {
  appointment(id: $id) {
    ...DeskRow
    description
    attendeeName
    cancellationReason
    clinician {
      id
    }
    location {
      name
    }
    patient {
      ...DeskPatient
      mobilePhone
    }
  }
}
    fragment DeskRow on Appointment {
  id
  title
  startTime
  endTime
  status
  isCancellable
}
fragment DeskPatient on Patient {
  id
  firstName
  lastName
  dateOfBirth
  postcode
}`, {"trusted":"sha256:f69933523cf0536d0b49f07dce199953fbe095d5a22a53731caea843720cbd80"}) as unknown as TypedDocumentString<DeskAppointmentQuery, DeskAppointmentQueryVariables>;
export const DeskPatientsDocument = new TypedDocumentString(`
    query DeskPatients($search: String!) {
  patients(first: 8, search: $search) {
    nodes {
      ...DeskPatient
    }
  }
}
    fragment DeskPatient on Patient {
  id
  firstName
  lastName
  dateOfBirth
  postcode
}`, {"trusted":"sha256:f748ca18349a1f9ff098fdb1ba84937755a822513d0579ef71a9a763b85e8950"}) as unknown as TypedDocumentString<DeskPatientsQuery, DeskPatientsQueryVariables>;
export const DeskVisitsDocument = new TypedDocumentString(`
    query DeskVisits($patientId: ID!, $gte: DateTime!) {
  appointments(first: 8, filter: {patientId: $patientId, startTime: {gte: $gte}}) {
    nodes {
      ...DeskRow
    }
  }
}
    fragment DeskRow on Appointment {
  id
  title
  startTime
  endTime
  status
  isCancellable
}`, {"trusted":"sha256:b3e964d2f6606fe1dae5362b916a25e7cd195bb778fa782a8d61e3ace173bcc9"}) as unknown as TypedDocumentString<DeskVisitsQuery, DeskVisitsQueryVariables>;
export const DeskUpstreamDocument = new TypedDocumentString(`
    query DeskUpstream {
  upstream {
    quota {
      limit
      remaining
      resetsAt
      forecast {
        spentAt
      }
    }
    state
  }
}
    `, {"trusted":"sha256:ae9772355552866323581bbf02a6f2eb7e3208218f72db5b7029a4d89ae77121"}) as unknown as TypedDocumentString<DeskUpstreamQuery, DeskUpstreamQueryVariables>;
export const DeskCancelDocument = new TypedDocumentString(`
    mutation DeskCancel($input: CancelAppointmentInput!) {
  written: cancelAppointment(input: $input) {
    appointment {
      id
      status
    }
  }
}
    `, {"trusted":"sha256:9fbce4aa30547600bee1ef9dbba7bdabab3882de34d06332287cc9cbfd0f8f89"}) as unknown as TypedDocumentString<DeskCancelMutation, DeskCancelMutationVariables>;
export const DeskMoveDocument = new TypedDocumentString(`
    mutation DeskMove($input: UpdateAppointmentInput!) {
  written: updateAppointment(input: $input) {
    appointment {
      ...DeskRow
    }
  }
}
    fragment DeskRow on Appointment {
  id
  title
  startTime
  endTime
  status
  isCancellable
}`, {"trusted":"sha256:876e7af06625b24fcef57d9e0a6833a98dab849afc3fb0d035bf62aecd43c19d"}) as unknown as TypedDocumentString<DeskMoveMutation, DeskMoveMutationVariables>;
export const DeskBookDocument = new TypedDocumentString(`
    mutation DeskBook($input: CreateAppointmentInput!) {
  written: createAppointment(input: $input) {
    appointment {
      ...DeskRow
    }
  }
}
    fragment DeskRow on Appointment {
  id
  title
  startTime
  endTime
  status
  isCancellable
}`, {"trusted":"sha256:11588234d9e57d8a75d94fde496ea5059ac693ff4187428ec12091ace7134906"}) as unknown as TypedDocumentString<DeskBookMutation, DeskBookMutationVariables>;
export const DeskChangesDocument = new TypedDocumentString(`
    subscription DeskChanges($after: String) {
  appointmentChanged(after: $after) {
    sequence
    movement
    appointment {
      ...DeskRow
      attendeeName
      clinician {
        id
      }
    }
  }
}
    fragment DeskRow on Appointment {
  id
  title
  startTime
  endTime
  status
  isCancellable
}`, {"trusted":"sha256:3bb8b5e9f28c9b750a90dff7392e98db3e3d7a0e24309265706822bba8084165"}) as unknown as TypedDocumentString<DeskChangesSubscription, DeskChangesSubscriptionVariables>;
export const AppointmentsDocument = new TypedDocumentString(`
    query Appointments($first: Int, $after: String, $last: Int, $before: String, $filter: AppointmentFilter) {
  appointments(
    first: $first
    after: $after
    last: $last
    before: $before
    filter: $filter
  ) {
    nodes {
      ...AppointmentSummary
    }
    pageInfo {
      hasNextPage
      hasPreviousPage
      startCursor
      endCursor
    }
  }
}
    fragment AppointmentSummary on Appointment {
  id
  restId
  title
  startTime
  endTime
  status
  isCancellable
  createdAt
  patient {
    id
    restId
  }
}`, {"trusted":"sha256:565ebecea0678fe0550850406022107843d6fce37c16916cd6d1310197c5d0ea"}) as unknown as TypedDocumentString<AppointmentsQuery, AppointmentsQueryVariables>;
export const AppointmentCountDocument = new TypedDocumentString(`
    query AppointmentCount($filter: AppointmentFilter) {
  appointments(filter: $filter) {
    totalCount
  }
}
    `, {"trusted":"sha256:86b29a1f305c674a74fdd848aab0e1e29443db10b7b2c791c166e591b58fc9b7"}) as unknown as TypedDocumentString<AppointmentCountQuery, AppointmentCountQueryVariables>;
export const AppointmentDocument = new TypedDocumentString(`
    query Appointment($id: ID!) {
  appointment(id: $id) {
    ...AppointmentDetails
  }
}
    fragment AppointmentSummary on Appointment {
  id
  restId
  title
  startTime
  endTime
  status
  isCancellable
  createdAt
  patient {
    id
    restId
  }
}
fragment AppointmentDetails on Appointment {
  ...AppointmentSummary
  description
  durationMinutes
  isRemote
  remoteChannel
  videoLink
  videoProvider
  meetingUrl
  attendeeName
  attendeeEmail
  attendanceStatus
  cancellationReason
  bookingSource
  episodeId
  updatedAt
  clinician {
    id
    restId
  }
  appointmentType {
    id
    restId
  }
  location {
    id
    restId
  }
}`, {"trusted":"sha256:0ba136425e927a41cc7f5c9593bb249aff9f6f2ec94964e9e23108f77eee3f22"}) as unknown as TypedDocumentString<AppointmentQuery, AppointmentQueryVariables>;
export const PatientHistoryDocument = new TypedDocumentString(`
    query PatientHistory($patientId: ID!, $first: Int, $after: String) {
  patient(id: $patientId) {
    id
    restId
    appointments(first: $first, after: $after) {
      nodes {
        ...AppointmentSummary
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment AppointmentSummary on Appointment {
  id
  restId
  title
  startTime
  endTime
  status
  isCancellable
  createdAt
  patient {
    id
    restId
  }
}`, {"trusted":"sha256:54949f4b52f3def34715948d0f0bf7786ae4baef3e760602a0a0d2765d8e80c8"}) as unknown as TypedDocumentString<PatientHistoryQuery, PatientHistoryQueryVariables>;
export const CreateAppointmentDocument = new TypedDocumentString(`
    mutation CreateAppointment($input: CreateAppointmentInput!) {
  createAppointment(input: $input) {
    appointment {
      ...AppointmentSummary
    }
  }
}
    fragment AppointmentSummary on Appointment {
  id
  restId
  title
  startTime
  endTime
  status
  isCancellable
  createdAt
  patient {
    id
    restId
  }
}`, {"trusted":"sha256:aa7306445f6224421f08670532091e0e14df0e7daa915aeb6bb0808bd3d7ecc7"}) as unknown as TypedDocumentString<CreateAppointmentMutation, CreateAppointmentMutationVariables>;
export const UpdateAppointmentDocument = new TypedDocumentString(`
    mutation UpdateAppointment($input: UpdateAppointmentInput!) {
  updateAppointment(input: $input) {
    appointment {
      ...AppointmentSummary
    }
  }
}
    fragment AppointmentSummary on Appointment {
  id
  restId
  title
  startTime
  endTime
  status
  isCancellable
  createdAt
  patient {
    id
    restId
  }
}`, {"trusted":"sha256:b977b562910e2ec062f4d6bc4a4a487c12d4e1c2fb1790b494348f164e8e0e57"}) as unknown as TypedDocumentString<UpdateAppointmentMutation, UpdateAppointmentMutationVariables>;
export const CancelAppointmentDocument = new TypedDocumentString(`
    mutation CancelAppointment($input: CancelAppointmentInput!) {
  cancelAppointment(input: $input) {
    appointment {
      id
      restId
      status
      cancellationReason
    }
    performedAt
    performedBy
  }
}
    `, {"trusted":"sha256:fa3145a37f597ab7fdc434cbc6a4681f2eca3909a0af8b9075868a03ad4fe401"}) as unknown as TypedDocumentString<CancelAppointmentMutation, CancelAppointmentMutationVariables>;
export const AppointmentChangesDocument = new TypedDocumentString(`
    subscription AppointmentChanges($filter: AppointmentFilter, $after: String) {
  appointmentChanged(filter: $filter, after: $after) {
    sequence
    kind
    movement
    source
    occurredAt
    appointment {
      ...AppointmentInEvent
    }
  }
}
    fragment AppointmentSummary on Appointment {
  id
  restId
  title
  startTime
  endTime
  status
  isCancellable
  createdAt
  patient {
    id
    restId
  }
}
fragment AppointmentInEvent on Appointment {
  ...AppointmentSummary
  isRemote
  attendeeName
  attendeeEmail
  updatedAt
  clinician {
    id
    restId
  }
  appointmentType {
    id
    restId
  }
  location {
    id
    restId
  }
}`, {"trusted":"sha256:d9669ec436d0cf36c08ed8cd1da58a476dc80bc48c0e48a734c4b05cef0ac1fb"}) as unknown as TypedDocumentString<AppointmentChangesSubscription, AppointmentChangesSubscriptionVariables>;