import { builder, CLIENT_MUTATION_ID, EITHER_ID } from '../builder.ts'
import type { CalendarFeed } from '../context.ts'
import { parseId } from '../global-id.ts'

const Show = builder.enumType('CalendarFeedShow', {
  description: 'How much of an appointment a calendar feed contains.',
  values: {
    BUSY: { value: 'busy', description: 'Only its time, and nothing about a patient: each title is Busy.' },
    TITLES: { value: 'titles', description: 'Its time and its title. A title may name a patient.' },
  },
} as const)

const CreateCalendarFeedInput = builder.inputType('CreateCalendarFeedInput', {
  description: 'The calendar of a clinician, and how much of it.',
  fields: (t) => ({
    clinicianId: t.id({
      required: true,
      description: `The clinician of the appointments. ${EITHER_ID}`,
    }),
    show: t.field({
      type: Show,
      defaultValue: 'busy',
      description: 'How much of each appointment the feed contains.',
    }),
    clientMutationId: t.string({
      description: CLIENT_MUTATION_ID.input,
    }),
  }),
})

interface Payload extends CalendarFeed {
  readonly clientMutationId: string | null | undefined
}

const CreateCalendarFeedPayload = builder.objectRef<Payload>('CreateCalendarFeedPayload').implement({
  description: 'A calendar that calendar programs can subscribe to.',
  fields: (t) => ({
    clientMutationId: t.exposeString('clientMutationId', {
      description: CLIENT_MUTATION_ID.payload,
    }),
    path: t.exposeString('path', {
      nullable: false,
      description:
        'The path of its URL at the gateway: `/calendar/….ics`. Anyone who has the URL can read the calendar, so treat it as a password.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: false,
      description: 'When the URL expires: after 180 days.',
    }),
  }),
})

builder.mutationField('createCalendarFeed', (t) =>
  t.field({
    type: CreateCalendarFeedPayload,
    description:
      "Creates the URL of a clinician's calendar: iCalendar, 14 days back and 60 ahead, as this caller may read it. Costs nothing; the gateway reads the calendar at most once an hour, however often it is requested, unless an event reports a change. `CALENDAR_UNAVAILABLE` where the gateway has no calendars.",
    args: {
      input: t.arg({ type: CreateCalendarFeedInput, required: true, description: 'Which calendar.' }),
    },
    resolve: (_root, { input }, { createCalendarFeed }) => {
      const clinicianId = parseId('Clinician', input.clinicianId, 'input.clinicianId')
      const feed = createCalendarFeed({ clinicianId, show: input.show ?? 'busy' })
      return { ...feed, clientMutationId: input.clientMutationId }
    },
  }),
)
