import type { GraphQLResolveInfo } from 'graphql'
import { OPEN_STATUSES } from '../../contract/appointment.ts'
import { toLocal } from '../../contract/clinic-day.ts'
import type { FieldName } from '../../contract/field-names.ts'
import type { AppointmentRef } from '../../loaders/memory.ts'
import { builder } from '../builder.ts'
import type { Context } from '../context.ts'
import type { ReferenceKind } from '../global-id.ts'
import { Node } from '../node.ts'
import type { ReferenceIdField } from '../references.ts'
import { Status } from './status.ts'

/** For the description of each field that a list row of the API may not have. */
const MAY_COST =
  'May cost one upstream request for the appointment, shared by all its fields, where the list row does not have it.'

/** For the description of each reference that a list row may not have. */
const MAY_COST_TOGETHER = `${MAY_COST} For many such rows of a page the gateway may send fewer requests.`

const AS_LOCAL =
  'RFC 3339 with the offset of the zone, such as `2026-03-29T09:30:00+01:00`; in UTC, with a `Z`, where RFC 3339 can not express the offset, since some had seconds before 1972. Costs nothing where the instant itself costs nothing.'

const IN_TIME_ZONE = builder.args((t) => ({
  timeZone: t.field({
    type: 'TimeZone',
    description: "The time zone; by default the clinic's (`CLINIC_TIME_ZONE`).",
  }),
}))

export const Appointment = builder.objectRef<AppointmentRef>('Appointment').implement({
  interfaces: [Node],
  description:
    'A patient and a clinician, meeting at a time and a place. List rows of the API may have only `id`, `patient`, `title`, `startTime`, `endTime`, `status` and `createdAt`; every other field may cost a request.',
  fields: (t) => ({
    restId: t.exposeID('restId', { nullable: false, description: "The upstream's own id." }),
    title: t.string({ ...rowField('title'), description: 'The title of the appointment.' }),
    description: t.string({
      ...rowField('description'),
      description: `A longer description. ${MAY_COST}`,
    }),
    startTime: t.field({ type: 'DateTime', ...rowField('startTime'), description: 'When it begins.' }),
    endTime: t.field({ type: 'DateTime', ...rowField('endTime'), description: 'When it ends.' }),
    localStart: t.string({
      ...localField('startTime'),
      description: `When it begins, in a time zone. ${AS_LOCAL}`,
    }),
    localEnd: t.string({
      ...localField('endTime'),
      description: `When it ends, in a time zone. ${AS_LOCAL}`,
    }),
    status: t.field({ type: Status, ...rowField('status'), description: 'Its status.' }),
    durationMinutes: t.int({
      ...rowField('durationMinutes'),
      description: `How long it lasts, in minutes. ${MAY_COST}`,
    }),
    isRemote: t.boolean({
      ...rowField('isRemote'),
      description: `True when patient and clinician meet by phone or video. ${MAY_COST}`,
    }),
    remoteChannel: t.string({
      ...rowField('remoteChannel'),
      description: `The channel of a remote appointment. ${MAY_COST}`,
    }),
    videoLink: t.string({
      ...rowField('videoLink'),
      description: `The link to the video call. ${MAY_COST}`,
    }),
    videoProvider: t.string({
      ...rowField('videoProvider'),
      description: `The provider of the video call. ${MAY_COST}`,
    }),
    meetingUrl: t.string({
      ...rowField('meetingUrl'),
      description: `Where to join the meeting. ${MAY_COST}`,
    }),
    attendeeName: t.string({
      ...rowField('attendeeName'),
      description: `The name of the attendee. ${MAY_COST}`,
    }),
    attendeeEmail: t.string({
      ...rowField('attendeeEmail'),
      description: `The e-mail address of the attendee. ${MAY_COST}`,
    }),
    attendanceStatus: t.string({
      ...rowField('attendanceStatus'),
      description: `Whether the attendee has attended, in the upstream's words. ${MAY_COST}`,
    }),
    cancellationReason: t.string({
      ...rowField('cancellationReason'),
      description: `Why it was cancelled; null while it is not. ${MAY_COST}`,
    }),
    bookingSource: t.string({
      ...rowField('bookingSource'),
      description: `Where it was booked, such as \`api\`. ${MAY_COST}`,
    }),
    episodeId: t.id({
      ...rowField('episodeId'),
      description: `The upstream's id of the episode of care it belongs to. ${MAY_COST}`,
    }),
    createdAt: t.field({ type: 'DateTime', ...rowField('createdAt'), description: 'When it was booked.' }),
    updatedAt: t.field({
      type: 'DateTime',
      ...rowField('updatedAt'),
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
      ...referenceField('patientId', 'Patient'),
      description: 'The patient; null when there is none.',
    }),
    clinician: t.field({
      ...referenceField('clinicianId', 'Clinician'),
      description: `The clinician; null when there is none. ${MAY_COST_TOGETHER}`,
    }),
    appointmentType: t.field({
      ...referenceField('appointmentTypeId', 'AppointmentType'),
      description: `The kind of appointment; null when there is none. ${MAY_COST_TOGETHER}`,
    }),
    location: t.field({
      ...referenceField('locationId', 'Location'),
      description: `Where it takes place; null when there is no location. ${MAY_COST_TOGETHER}`,
    }),
  }),
})

/** A field of the appointment. For the estimate, `needs` means that a row without the field costs a request. */
function rowField<Name extends FieldName>(name: Name) {
  return {
    extensions: { needs: name },
    resolve: ({ restId }: AppointmentRef, _args: object, { loaders }: Context, info: GraphQLResolveInfo) =>
      loaders.appointments.field(restId, name, info),
  }
}

function localField(name: 'startTime' | 'endTime') {
  return {
    args: IN_TIME_ZONE,
    extensions: { needs: name },
    resolve: (
      { restId }: AppointmentRef,
      { timeZone }: { readonly timeZone?: string | null | undefined },
      { loaders, clinicTimeZone }: Context,
      info: GraphQLResolveInfo,
    ) =>
      whenKnown(loaders.appointments.field(restId, name, info), (instant) =>
        toLocal(instant, timeZone ?? clinicTimeZone),
      ),
  }
}

function referenceField<K extends ReferenceKind>(name: ReferenceIdField, kind: K) {
  return {
    type: kind,
    extensions: { needs: name, refersTo: kind },
    resolve: ({ restId }: AppointmentRef, _args: object, { loaders }: Context, info: GraphQLResolveInfo) =>
      whenKnown(loaders.appointments.field(restId, name, info), (id) => ({ kind, restId: id })),
  }
}

/** Maps a loaded value synchronously, which saves a promise for each field of each row. */
function whenKnown<Value, Result>(
  value: Value | null | Promise<Value | null>,
  read: (value: Value) => Result,
): Result | null | Promise<Result | null> {
  if (value instanceof Promise) return value.then((known) => whenKnown(known, read))
  return value === null ? null : read(value)
}
