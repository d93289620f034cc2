import { builder, CLIENT_MUTATION_ID, EITHER_ID } from '../builder.ts'
import { Status } from './status.ts'

export const SlotOwner = builder.enumType('SlotOwner', {
  description: 'A person or place whose time an appointment takes.',
  values: {
    CLINICIAN: { value: 'clinician', description: 'The clinician of the appointment.' },
    PATIENT: {
      value: 'patient',
      description: 'The patient of the appointment. Not for a caller that is limited to a clinician.',
    },
    LOCATION: {
      value: 'location',
      description: 'The location of the appointment: for rooms that have one appointment at a time.',
    },
  } as const,
})

export const CreateAppointmentInput = builder.inputType('CreateAppointmentInput', {
  description: 'A new appointment.',
  fields: (t) => ({
    title: t.string({ required: true, description: 'The title.' }),
    startTime: t.field({ type: 'DateTime', required: true, description: 'When it begins.' }),
    endTime: t.field({ type: 'DateTime', required: true, description: 'When it ends: after it begins.' }),
    patientId: t.id({ description: `The patient. ${EITHER_ID}` }),
    clinicianId: t.id({ description: `The clinician. ${EITHER_ID}` }),
    appointmentTypeId: t.id({ description: `The kind of appointment. ${EITHER_ID}` }),
    locationId: t.id({ description: `Where it takes place. ${EITHER_ID}` }),
    status: t.field({
      type: Status,
      description:
        'One of `PENDING_APPROVAL`, `PENDING`, `CONFIRMED`, `SCHEDULED`; by default the upstream chooses.',
    }),
    isRemote: t.boolean({ description: 'Whether they meet by phone or video; false by default.' }),
    attendeeName: t.string({ description: 'The name of the attendee.' }),
    attendeeEmail: t.string({ description: 'The e-mail address of the attendee.' }),
    episodeId: t.id({ description: "The upstream's id of an existing episode of care." }),
    idempotencyKey: t.string({
      description:
        'Makes the create safe to send again: for 24 hours the same key with the same input gives the same appointment, and with another input `CONFLICT`. Each field of a document is separate: one key and one input twice in one document book two appointments, and that document sent again gives the same two. A UUID is sent upstream unchanged; any other text of up to 255 characters is converted to one. By default the gateway generates a key.',
    }),
    ifFree: t.field({
      type: [SlotOwner],
      description:
        'Book only if none of these has another appointment at this time, else `SLOT_TAKEN`. Adjacent appointments do not overlap, and cancelled and missed ones take no time. Each value costs one more upstream request for each hundred appointments of the day and the day before; two where the gateway receives no events.',
    }),
    clientMutationId: t.string({ description: CLIENT_MUTATION_ID.input }),
  }),
})

export const UpdateAppointmentInput = builder.inputType('UpdateAppointmentInput', {
  description: 'The changes of an appointment. An absent field keeps its value; null clears it.',
  fields: (t) => ({
    id: t.id({ required: true, description: `Which appointment. ${EITHER_ID}` }),
    title: t.string({ description: 'The title. Not null.' }),
    description: t.string({ description: 'A longer description.' }),
    startTime: t.field({ type: 'DateTime', description: 'When it begins. Not null.' }),
    endTime: t.field({ type: 'DateTime', description: 'When it ends: after it begins. Not null.' }),
    patientId: t.id({ description: `The patient. ${EITHER_ID}` }),
    clinicianId: t.id({ description: `The clinician. ${EITHER_ID}` }),
    appointmentTypeId: t.id({ description: `The kind of appointment. ${EITHER_ID}` }),
    locationId: t.id({ description: `Where it takes place. ${EITHER_ID}` }),
    isRemote: t.boolean({ description: 'Whether they meet by phone or video. Not null.' }),
    remoteChannel: t.string({ description: 'The channel of a remote appointment.' }),
    videoLink: t.string({ description: 'The link to the video call.' }),
    videoProvider: t.string({ description: 'The provider of the video call.' }),
    meetingUrl: t.string({ description: 'Where to join the meeting.' }),
    attendeeName: t.string({ description: 'The name of the attendee.' }),
    attendeeEmail: t.string({ description: 'The e-mail address of the attendee.' }),
    attendanceStatus: t.string({
      description: "Whether the attendee has attended, in the upstream's words.",
    }),
    episodeId: t.id({ description: "The upstream's id of an existing episode of care." }),
    clientMutationId: t.string({ description: CLIENT_MUTATION_ID.input }),
  }),
})

export const CancelAppointmentInput = builder.inputType('CancelAppointmentInput', {
  description: 'Which appointment to cancel, and why.',
  fields: (t) => ({
    id: t.id({ required: true, description: `Which appointment. ${EITHER_ID}` }),
    cancellationReason: t.string({ description: 'The reason, as a text for people.' }),
    clientMutationId: t.string({ description: CLIENT_MUTATION_ID.input }),
  }),
})
