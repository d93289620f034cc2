import type { GraphQLResolveInfo } from 'graphql'
import { OPEN_STATUSES } from '../../contract/appointment.ts'
import type { FieldName } from '../../contract/field-names.ts'
import type { AppointmentRef } from '../../loaders/memory.ts'
import { AppointmentType } from '../appointment-type/type.ts'
import { builder } from '../builder.ts'
import { Clinician } from '../clinician/type.ts'
import type { Context } from '../context.ts'
import { Location } from '../location/type.ts'
import { Node } from '../node-type.ts'
import { Patient } from '../patient/type.ts'
import { type ReferenceKind, reference } from '../reference.ts'
import { Status } from './status.ts'

/** Said of each field that a list row of the API may lack. */
const MAY_COST =
  'May cost one upstream request for the appointment, shared by all its fields, where the list row did not hold it.'

export const Appointment = builder.objectRef<AppointmentRef>('Appointment').implement({
  interfaces: [Node],
  description:
    'A patient and a clinician, meeting at a time and a place. List rows of the API may hold only `id`, `patient`, `title`, `startTime`, `endTime`, `status` and `createdAt`; every other field says that it may cost a request.',
  fields: (t) => ({
    restId: t.exposeID('restId', { nullable: false, description: "The upstream's own id." }),
    title: t.string({ ...field('title'), description: 'What the appointment is called.' }),
    description: t.string({
      ...field('description'),
      description: `A longer description. ${MAY_COST}`,
    }),
    startTime: t.field({ type: 'DateTime', ...field('startTime'), description: 'When it begins.' }),
    endTime: t.field({ type: 'DateTime', ...field('endTime'), description: 'When it ends.' }),
    status: t.field({ type: Status, ...field('status'), description: 'Where it stands.' }),
    durationMinutes: t.int({
      ...field('durationMinutes'),
      description: `How long it lasts, in minutes. ${MAY_COST}`,
    }),
    isRemote: t.boolean({
      ...field('isRemote'),
      description: `True when patient and clinician meet by phone or video. ${MAY_COST}`,
    }),
    remoteChannel: t.string({
      ...field('remoteChannel'),
      description: `By what means they meet when remote. ${MAY_COST}`,
    }),
    videoLink: t.string({
      ...field('videoLink'),
      description: `The link to the video call. ${MAY_COST}`,
    }),
    videoProvider: t.string({
      ...field('videoProvider'),
      description: `Who provides the video call. ${MAY_COST}`,
    }),
    meetingUrl: t.string({
      ...field('meetingUrl'),
      description: `Where to join the meeting. ${MAY_COST}`,
    }),
    attendeeName: t.string({
      ...field('attendeeName'),
      description: `The name of who attends. ${MAY_COST}`,
    }),
    attendeeEmail: t.string({
      ...field('attendeeEmail'),
      description: `The e-mail address of who attends. ${MAY_COST}`,
    }),
    attendanceStatus: t.string({
      ...field('attendanceStatus'),
      description: `Whether the attendee has come, in the upstream's words. ${MAY_COST}`,
    }),
    cancellationReason: t.string({
      ...field('cancellationReason'),
      description: `Why it was cancelled; null while it is not. ${MAY_COST}`,
    }),
    bookingSource: t.string({
      ...field('bookingSource'),
      description: `Where it was booked, such as \`api\`. ${MAY_COST}`,
    }),
    episodeId: t.id({
      ...field('episodeId'),
      description: `The upstream's id of the episode of care it belongs to. ${MAY_COST}`,
    }),
    createdAt: t.field({ type: 'DateTime', ...field('createdAt'), description: 'When it was booked.' }),
    updatedAt: t.field({
      type: 'DateTime',
      ...field('updatedAt'),
      description: `When it last changed. ${MAY_COST}`,
    }),
    isCancellable: t.boolean({
      extensions: { needs: 'status' },
      resolve: ({ restId }, _args, { loaders }, info) =>
        whenKnown(loaders.appointments.field(restId, 'status', info), (status) =>
          OPEN_STATUSES.some((open) => open === status),
        ),
      description:
        'True while its status allows `cancelAppointment`. Costs nothing where `status` costs nothing.',
    }),
    patient: t.field({
      type: Patient,
      ...referenceBy('patientId', 'Patient'),
      description: 'Who is seen; null when nobody is named.',
    }),
    clinician: t.field({
      type: Clinician,
      ...referenceBy('clinicianId', 'Clinician'),
      description: `Who sees the patient; null when nobody is named. ${MAY_COST}`,
    }),
    appointmentType: t.field({
      type: AppointmentType,
      ...referenceBy('appointmentTypeId', 'AppointmentType'),
      description: `What kind of appointment it is; null when none is named. ${MAY_COST}`,
    }),
    location: t.field({
      type: Location,
      ...referenceBy('locationId', 'Location'),
      description: `Where it takes place; null when nowhere is named. ${MAY_COST}`,
    }),
  }),
})

/** How a field that a row may hold is resolved, and what it needs the row to hold. */
function field<Name extends FieldName>(name: Name) {
  return {
    extensions: { needs: name },
    resolve: ({ restId }: AppointmentRef, _args: object, { loaders }: Context, info: GraphQLResolveInfo) =>
      loaders.appointments.field(restId, name, info),
  }
}

function referenceBy<K extends ReferenceKind>(
  name: 'patientId' | 'clinicianId' | 'appointmentTypeId' | 'locationId',
  kind: K,
) {
  return {
    extensions: { needs: name, refersTo: kind },
    resolve: ({ restId }: AppointmentRef, _args: object, { loaders }: Context, info: GraphQLResolveInfo) =>
      whenKnown(loaders.appointments.field(restId, name, info), (id) => reference(kind, id)),
  }
}

/** What is there already makes no promise: each costs as much as the field itself. */
function whenKnown<Value, Result>(
  value: Value | null | Promise<Value | null>,
  read: (value: Value) => Result,
): Result | null | Promise<Result | null> {
  if (value instanceof Promise) return value.then((known) => whenKnown(known, read))
  return value === null ? null : read(value)
}
