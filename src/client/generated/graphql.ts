/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** What happened to an appointment. */
export type AppointmentChangeKind =
  /** It was cancelled. */
  | 'CANCELLED'
  /** It took place. */
  | 'COMPLETED'
  /** It was booked. */
  | 'CREATED'
  /** The patient did not attend. */
  | 'NO_SHOW'
  /** A read showed that it had changed, and no event had told of it. */
  | 'RECONCILED'
  /** Its time changed. */
  | 'RESCHEDULED'
  /** Something else than its time or its status changed. */
  | 'UPDATED';

/** Which appointments to list: those that meet every condition given. A condition that is left out, or null, asks nothing. */
export type AppointmentFilter = {
  /** Of this type: the global id, or the upstream's own. */
  appointmentTypeId?: string | number | null | undefined;
  /** Of this clinician: the global id, or the upstream's own. */
  clinicianId?: string | number | null | undefined;
  /** Beginning on this day, as the clocks of `timeZone` show it: 23 or 25 hours where they change. It stands for that range of instants in `startTime`, so it costs the same, and cursors of the one are cursors of the other. A day that a zone's clocks skip is `BAD_USER_INPUT`. */
  day?: string | null | undefined;
  /** At this location: the global id, or the upstream's own. */
  locationId?: string | number | null | undefined;
  /** Of this patient: the global id, or the upstream's own. */
  patientId?: string | number | null | undefined;
  /** Beginning within this range. Not together with `day`. */
  startTime?: DateTimeRange | null | undefined;
  /** In one of these statuses: at least one. */
  status?: Array<AppointmentStatus> | null | undefined;
  /** Whose day `day` is. Where it is left out: the zone of the location, if the list is of one location whose zone the upstream tells, which may cost the read of the locations; else the clinic's (`CLINIC_TIME_ZONE`). Only with `day`. */
  timeZone?: string | null | undefined;
};

/** Where an appointment stands. It changes only by an action such as `cancelAppointment`, never by an update. */
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
  /** Why, in words for people. */
  cancellationReason?: string | null | undefined;
  /** Returned unchanged in the payload, so that the client can match it to this input. */
  clientMutationId?: string | null | undefined;
  /** Which appointment. The global id, or the upstream's own. */
  id: string | number;
};

/** Who told the gateway of a change. */
export type ChangeSource =
  /** A mutation through the gateway. */
  | 'GATEWAY'
  /** A read of the gateway that showed it. */
  | 'RECONCILED'
  /** The upstream, by an event. */
  | 'WEBHOOK';

/** A new appointment. */
export type CreateAppointmentInput = {
  /** What kind it is. The global id, or the upstream's own. */
  appointmentTypeId?: string | number | null | undefined;
  /** The e-mail address of the attendee. */
  attendeeEmail?: string | null | undefined;
  /** The name of the attendee. */
  attendeeName?: string | null | undefined;
  /** Returned unchanged in the payload, so that the client can match it to this input. */
  clientMutationId?: string | null | undefined;
  /** Who sees the patient. The global id, or the upstream's own. */
  clinicianId?: string | number | null | undefined;
  /** When it ends: after it begins. */
  endTime: string;
  /** The upstream's id of an existing episode of care. */
  episodeId?: string | number | null | undefined;
  /** Makes the create safe to send again: for 24 hours the same key with the same input gives the same appointment, and with another input `CONFLICT`. Each field of a document counts for itself: one key and one input twice in one document book two appointments, and that document sent again gives the same two. A UUID goes upstream as it is; any other text of up to 255 characters becomes one. The gateway generates one where it is left out. */
  idempotencyKey?: string | null | undefined;
  /** Book only where none of these has another appointment at this time, else `SLOT_TAKEN`. Appointments that touch do not overlap, and cancelled and missed ones take no time. Each of them costs one more upstream request for each hundred appointments of the day and the one before; two where the gateway gets no events. */
  ifFree?: Array<SlotOwner> | null | undefined;
  /** Whether they meet by phone or video; false where it is left out. */
  isRemote?: boolean | null | undefined;
  /** Where it takes place. The global id, or the upstream's own. */
  locationId?: string | number | null | undefined;
  /** Who is seen. The global id, or the upstream's own. */
  patientId?: string | number | null | undefined;
  /** When it begins. */
  startTime: string;
  /** One of `PENDING_APPROVAL`, `PENDING`, `CONFIRMED`, `SCHEDULED`; the upstream chooses where it is left out. */
  status?: AppointmentStatus | null | undefined;
  /** What it is called. */
  title: string;
};

/** A range of instants, both ends inclusive. An end that is left out is open. One that is finer than a millisecond is rounded into the range. */
export type DateTimeRange = {
  /** On or after this instant. */
  gte?: string | null | undefined;
  /** On or before this instant. */
  lte?: string | null | undefined;
};

/** What a change does to the list of the filter, and so what a list on a screen has to do. */
export type Movement =
  /** It was in the list and still is: replace the row. */
  | 'CHANGED'
  /** The appointment is in the list, and was not, as far as is known: insert it, or replace the row that has its id. */
  | 'ENTERED'
  /** It is not in the list: remove the row, if there is one. */
  | 'LEFT';

/** Whose time an appointment takes. */
export type SlotOwner =
  /** The clinician of the appointment. */
  | 'CLINICIAN'
  /** The location of the appointment: for rooms, in which one appointment at a time takes place. */
  | 'LOCATION'
  /** The patient of the appointment. Not for a caller that is limited to a clinician. */
  | 'PATIENT';

/** What to change of an appointment. A field that is left out stays as it is; null clears it. */
export type UpdateAppointmentInput = {
  /** What kind it is. The global id, or the upstream's own. */
  appointmentTypeId?: string | number | null | undefined;
  /** Whether the attendee has come, in the upstream's words. */
  attendanceStatus?: string | null | undefined;
  /** The e-mail address of the attendee. */
  attendeeEmail?: string | null | undefined;
  /** The name of the attendee. */
  attendeeName?: string | null | undefined;
  /** Returned unchanged in the payload, so that the client can match it to this input. */
  clientMutationId?: string | null | undefined;
  /** Who sees the patient. The global id, or the upstream's own. */
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
  /** Who is seen. The global id, or the upstream's own. */
  patientId?: string | number | null | undefined;
  /** By what means they meet when remote. */
  remoteChannel?: string | null | undefined;
  /** When it begins. Not null. */
  startTime?: string | null | undefined;
  /** What it is called. Not null. */
  title?: string | null | undefined;
  /** The link to the video call. */
  videoLink?: string | null | undefined;
  /** Who provides the video call. */
  videoProvider?: string | null | undefined;
};

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
}`) as unknown as TypedDocumentString<AppointmentsQuery, AppointmentsQueryVariables>;
export const AppointmentCountDocument = new TypedDocumentString(`
    query AppointmentCount($filter: AppointmentFilter) {
  appointments(filter: $filter) {
    totalCount
  }
}
    `) as unknown as TypedDocumentString<AppointmentCountQuery, AppointmentCountQueryVariables>;
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
}`) as unknown as TypedDocumentString<AppointmentQuery, AppointmentQueryVariables>;
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
}`) as unknown as TypedDocumentString<PatientHistoryQuery, PatientHistoryQueryVariables>;
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
}`) as unknown as TypedDocumentString<CreateAppointmentMutation, CreateAppointmentMutationVariables>;
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
}`) as unknown as TypedDocumentString<UpdateAppointmentMutation, UpdateAppointmentMutationVariables>;
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
    `) as unknown as TypedDocumentString<CancelAppointmentMutation, CancelAppointmentMutationVariables>;
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
}`) as unknown as TypedDocumentString<AppointmentChangesSubscription, AppointmentChangesSubscriptionVariables>;