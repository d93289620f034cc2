/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
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

export type AppointmentByIdQueryVariables = Exact<{
  id: string | number;
}>;


export type AppointmentByIdQuery = { appointment: { description: string | null, durationMinutes: number | null, isRemote: boolean | null, remoteChannel: string | null, videoLink: string | null, videoProvider: string | null, meetingUrl: string | null, attendeeName: string | null, attendeeEmail: string | null, attendanceStatus: string | null, cancellationReason: string | null, bookingSource: string | null, episodeId: string | null, updatedAt: string | null, id: string, restId: string, title: string | null, startTime: string | null, endTime: string | null, status: AppointmentStatus | null, isCancellable: boolean | null, createdAt: string | null, clinician: { restId: string } | null, appointmentType: { restId: string } | null, location: { restId: string } | null, patient: { id: string, restId: string } | null } | null };

export type AppointmentPageQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  filter?: AppointmentFilter | null | undefined;
}>;


export type AppointmentPageQuery = { appointments: { edges: Array<{ cursor: string, node: { id: string, restId: string, title: string | null, startTime: string | null, endTime: string | null, status: AppointmentStatus | null, isCancellable: boolean | null, createdAt: string | null, patient: { id: string, restId: string } | null } | null }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } | null };

export type AppointmentPageWithAttendeesQueryVariables = Exact<{
  first?: number | null | undefined;
}>;


export type AppointmentPageWithAttendeesQuery = { appointments: { nodes: Array<{ attendeeName: string | null, id: string, restId: string, title: string | null, startTime: string | null, endTime: string | null, status: AppointmentStatus | null, isCancellable: boolean | null, createdAt: string | null, patient: { id: string, restId: string } | null } | null> } | null };

export type LatestOfEachPatientQueryVariables = Exact<{
  filter?: AppointmentFilter | null | undefined;
}>;


export type LatestOfEachPatientQuery = { appointments: { nodes: Array<{ id: string, patient: { id: string, appointments: { nodes: Array<{ id: string } | null> } | null } | null } | null> } | null };

export type CountAppointmentsQueryVariables = Exact<{
  filter?: AppointmentFilter | null | undefined;
}>;


export type CountAppointmentsQuery = { appointments: { totalCount: number | null } | null };

export type CreateAppointmentMutationVariables = Exact<{
  input: CreateAppointmentInput;
}>;


export type CreateAppointmentMutation = { createAppointment: { clientMutationId: string | null, appointment: { updatedAt: string | null, id: string, restId: string, title: string | null, startTime: string | null, endTime: string | null, status: AppointmentStatus | null, isCancellable: boolean | null, createdAt: string | null, patient: { id: string, restId: string } | null } | null } | null };

export type UpdateAppointmentMutationVariables = Exact<{
  input: UpdateAppointmentInput;
}>;


export type UpdateAppointmentMutation = { updateAppointment: { clientMutationId: string | null, appointment: { description: string | null, durationMinutes: number | null, isRemote: boolean | null, remoteChannel: string | null, videoLink: string | null, videoProvider: string | null, meetingUrl: string | null, attendeeName: string | null, attendeeEmail: string | null, attendanceStatus: string | null, cancellationReason: string | null, bookingSource: string | null, episodeId: string | null, updatedAt: string | null, id: string, restId: string, title: string | null, startTime: string | null, endTime: string | null, status: AppointmentStatus | null, isCancellable: boolean | null, createdAt: string | null, clinician: { restId: string } | null, appointmentType: { restId: string } | null, location: { restId: string } | null, patient: { id: string, restId: string } | null } | null } | null };

export type CancelAppointmentMutationVariables = Exact<{
  input: CancelAppointmentInput;
}>;


export type CancelAppointmentMutation = { cancelAppointment: { clientMutationId: string | null, performedAt: string | null, performedBy: string | null, appointment: { id: string, status: AppointmentStatus | null, cancellationReason: string | null } | null } | null };

export type AppointmentSummaryFragment = { id: string, restId: string, title: string | null, startTime: string | null, endTime: string | null, status: AppointmentStatus | null, isCancellable: boolean | null, createdAt: string | null, patient: { id: string, restId: string } | null };

export type WholeAppointmentFragment = { description: string | null, durationMinutes: number | null, isRemote: boolean | null, remoteChannel: string | null, videoLink: string | null, videoProvider: string | null, meetingUrl: string | null, attendeeName: string | null, attendeeEmail: string | null, attendanceStatus: string | null, cancellationReason: string | null, bookingSource: string | null, episodeId: string | null, updatedAt: string | null, id: string, restId: string, title: string | null, startTime: string | null, endTime: string | null, status: AppointmentStatus | null, isCancellable: boolean | null, createdAt: string | null, clinician: { restId: string } | null, appointmentType: { restId: string } | null, location: { restId: string } | null, patient: { id: string, restId: string } | null };

export const AppointmentSummaryFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"AppointmentSummary"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Appointment"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"restId"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"startTime"}},{"kind":"Field","name":{"kind":"Name","value":"endTime"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"isCancellable"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"patient"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"restId"}}]}}]}}]} as unknown as DocumentNode<AppointmentSummaryFragment, unknown>;
export const WholeAppointmentFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WholeAppointment"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Appointment"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"AppointmentSummary"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"durationMinutes"}},{"kind":"Field","name":{"kind":"Name","value":"isRemote"}},{"kind":"Field","name":{"kind":"Name","value":"remoteChannel"}},{"kind":"Field","name":{"kind":"Name","value":"videoLink"}},{"kind":"Field","name":{"kind":"Name","value":"videoProvider"}},{"kind":"Field","name":{"kind":"Name","value":"meetingUrl"}},{"kind":"Field","name":{"kind":"Name","value":"attendeeName"}},{"kind":"Field","name":{"kind":"Name","value":"attendeeEmail"}},{"kind":"Field","name":{"kind":"Name","value":"attendanceStatus"}},{"kind":"Field","name":{"kind":"Name","value":"cancellationReason"}},{"kind":"Field","name":{"kind":"Name","value":"bookingSource"}},{"kind":"Field","name":{"kind":"Name","value":"episodeId"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}},{"kind":"Field","name":{"kind":"Name","value":"clinician"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"restId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"appointmentType"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"restId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"location"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"restId"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"AppointmentSummary"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Appointment"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"restId"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"startTime"}},{"kind":"Field","name":{"kind":"Name","value":"endTime"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"isCancellable"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"patient"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"restId"}}]}}]}}]} as unknown as DocumentNode<WholeAppointmentFragment, unknown>;
export const AppointmentByIdDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"AppointmentById"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"appointment"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WholeAppointment"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"AppointmentSummary"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Appointment"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"restId"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"startTime"}},{"kind":"Field","name":{"kind":"Name","value":"endTime"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"isCancellable"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"patient"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"restId"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WholeAppointment"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Appointment"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"AppointmentSummary"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"durationMinutes"}},{"kind":"Field","name":{"kind":"Name","value":"isRemote"}},{"kind":"Field","name":{"kind":"Name","value":"remoteChannel"}},{"kind":"Field","name":{"kind":"Name","value":"videoLink"}},{"kind":"Field","name":{"kind":"Name","value":"videoProvider"}},{"kind":"Field","name":{"kind":"Name","value":"meetingUrl"}},{"kind":"Field","name":{"kind":"Name","value":"attendeeName"}},{"kind":"Field","name":{"kind":"Name","value":"attendeeEmail"}},{"kind":"Field","name":{"kind":"Name","value":"attendanceStatus"}},{"kind":"Field","name":{"kind":"Name","value":"cancellationReason"}},{"kind":"Field","name":{"kind":"Name","value":"bookingSource"}},{"kind":"Field","name":{"kind":"Name","value":"episodeId"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}},{"kind":"Field","name":{"kind":"Name","value":"clinician"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"restId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"appointmentType"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"restId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"location"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"restId"}}]}}]}}]} as unknown as DocumentNode<AppointmentByIdQuery, AppointmentByIdQueryVariables>;
export const AppointmentPageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"AppointmentPage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"last"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"before"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"AppointmentFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"appointments"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"last"},"value":{"kind":"Variable","name":{"kind":"Name","value":"last"}}},{"kind":"Argument","name":{"kind":"Name","value":"before"},"value":{"kind":"Variable","name":{"kind":"Name","value":"before"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"AppointmentSummary"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"AppointmentSummary"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Appointment"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"restId"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"startTime"}},{"kind":"Field","name":{"kind":"Name","value":"endTime"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"isCancellable"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"patient"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"restId"}}]}}]}}]} as unknown as DocumentNode<AppointmentPageQuery, AppointmentPageQueryVariables>;
export const AppointmentPageWithAttendeesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"AppointmentPageWithAttendees"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"appointments"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"AppointmentSummary"}},{"kind":"Field","name":{"kind":"Name","value":"attendeeName"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"AppointmentSummary"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Appointment"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"restId"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"startTime"}},{"kind":"Field","name":{"kind":"Name","value":"endTime"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"isCancellable"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"patient"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"restId"}}]}}]}}]} as unknown as DocumentNode<AppointmentPageWithAttendeesQuery, AppointmentPageWithAttendeesQueryVariables>;
export const LatestOfEachPatientDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"LatestOfEachPatient"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"AppointmentFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"appointments"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"40"}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"patient"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"appointments"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"3"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<LatestOfEachPatientQuery, LatestOfEachPatientQueryVariables>;
export const CountAppointmentsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CountAppointments"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"AppointmentFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"appointments"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}}]}}]}}]} as unknown as DocumentNode<CountAppointmentsQuery, CountAppointmentsQueryVariables>;
export const CreateAppointmentDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateAppointment"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateAppointmentInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createAppointment"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"clientMutationId"}},{"kind":"Field","name":{"kind":"Name","value":"appointment"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"AppointmentSummary"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"AppointmentSummary"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Appointment"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"restId"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"startTime"}},{"kind":"Field","name":{"kind":"Name","value":"endTime"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"isCancellable"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"patient"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"restId"}}]}}]}}]} as unknown as DocumentNode<CreateAppointmentMutation, CreateAppointmentMutationVariables>;
export const UpdateAppointmentDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateAppointment"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateAppointmentInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateAppointment"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"clientMutationId"}},{"kind":"Field","name":{"kind":"Name","value":"appointment"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WholeAppointment"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"AppointmentSummary"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Appointment"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"restId"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"startTime"}},{"kind":"Field","name":{"kind":"Name","value":"endTime"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"isCancellable"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"patient"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"restId"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WholeAppointment"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Appointment"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"AppointmentSummary"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"durationMinutes"}},{"kind":"Field","name":{"kind":"Name","value":"isRemote"}},{"kind":"Field","name":{"kind":"Name","value":"remoteChannel"}},{"kind":"Field","name":{"kind":"Name","value":"videoLink"}},{"kind":"Field","name":{"kind":"Name","value":"videoProvider"}},{"kind":"Field","name":{"kind":"Name","value":"meetingUrl"}},{"kind":"Field","name":{"kind":"Name","value":"attendeeName"}},{"kind":"Field","name":{"kind":"Name","value":"attendeeEmail"}},{"kind":"Field","name":{"kind":"Name","value":"attendanceStatus"}},{"kind":"Field","name":{"kind":"Name","value":"cancellationReason"}},{"kind":"Field","name":{"kind":"Name","value":"bookingSource"}},{"kind":"Field","name":{"kind":"Name","value":"episodeId"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}},{"kind":"Field","name":{"kind":"Name","value":"clinician"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"restId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"appointmentType"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"restId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"location"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"restId"}}]}}]}}]} as unknown as DocumentNode<UpdateAppointmentMutation, UpdateAppointmentMutationVariables>;
export const CancelAppointmentDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CancelAppointment"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CancelAppointmentInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cancelAppointment"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"clientMutationId"}},{"kind":"Field","name":{"kind":"Name","value":"appointment"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"cancellationReason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"performedAt"}},{"kind":"Field","name":{"kind":"Name","value":"performedBy"}}]}}]}}]} as unknown as DocumentNode<CancelAppointmentMutation, CancelAppointmentMutationVariables>;