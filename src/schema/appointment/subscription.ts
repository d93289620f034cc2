import { FIELDS_OF_EVENT } from '../../contract/field-names.ts'
import type {
  ChangeEvent,
  ChangeKind,
  ChangeSource,
  Movement as ListMovement,
} from '../../loaders/changes.ts'
import { refTo } from '../../loaders/memory.ts'
import { builder } from '../builder.ts'
import { FREE, type PriceTag } from '../price-tag.ts'
import { costOfZone } from './connection.ts'
import { AppointmentFilter, type FilterInput, readFilter, siteOfDay, toFilter } from './filter.ts'
import { Appointment } from './type.ts'

const Kind = builder.enumType('AppointmentChangeKind', {
  description: 'What happened to an appointment.',
  values: {
    CREATED: { value: 'created', description: 'It was booked.' },
    UPDATED: { value: 'updated', description: 'Something else than its time or its status changed.' },
    RESCHEDULED: { value: 'rescheduled', description: 'Its time changed.' },
    CANCELLED: { value: 'cancelled', description: 'It was cancelled.' },
    COMPLETED: { value: 'completed', description: 'It took place.' },
    NO_SHOW: { value: 'no_show', description: 'The patient did not attend.' },
    RECONCILED: {
      value: 'reconciled',
      description: 'A read showed that it had changed, and no event had told of it.',
    },
  } satisfies Record<Uppercase<ChangeKind>, { value: ChangeKind; description: string }>,
})

const Movement = builder.enumType('Movement', {
  description: 'What a change does to the list of the filter, and so what a list on a screen has to do.',
  values: {
    ENTERED: {
      value: 'entered',
      description:
        'The appointment is in the list, and was not, as far as is known: insert it, or replace the row that has its id.',
    },
    CHANGED: { value: 'changed', description: 'It was in the list and still is: replace the row.' },
    LEFT: { value: 'left', description: 'It is not in the list: remove the row, if there is one.' },
  } satisfies Record<Uppercase<ListMovement>, { value: ListMovement; description: string }>,
})

const Source = builder.enumType('ChangeSource', {
  description: 'Who told the gateway of a change.',
  values: {
    WEBHOOK: { value: 'webhook', description: 'The upstream, by an event.' },
    GATEWAY: { value: 'gateway', description: 'A mutation through the gateway.' },
    RECONCILED: { value: 'reconciled', description: 'A read of the gateway that showed it.' },
  } satisfies Record<Uppercase<ChangeSource>, { value: ChangeSource; description: string }>,
})

const AppointmentChange = builder.objectRef<ChangeEvent>('AppointmentChange').implement({
  description: 'A change of one appointment.',
  fields: (t) => ({
    sequence: t.string({
      nullable: false,
      resolve: ({ sequence }) => sequence,
      description:
        'Names the place of this change among all: pass the last one as `after` to go on from there.',
    }),
    kind: t.field({
      type: Kind,
      nullable: false,
      resolve: ({ change }) => change.kind,
      description: 'What happened.',
    }),
    movement: t.field({
      type: Movement,
      nullable: false,
      // The server decides what is unclear before it executes the event.
      resolve: ({ movement }) => movement as ListMovement,
      description: 'What it means to the list of the filter.',
    }),
    source: t.field({
      type: Source,
      nullable: false,
      resolve: ({ change }) => change.source,
      description: 'Who told of it.',
    }),
    occurredAt: t.field({
      type: 'DateTime',
      nullable: false,
      resolve: ({ change }) => change.occurredAt,
      description: "When it happened, by the upstream's clock as far as that is known.",
    }),
    appointment: t.field({
      type: Appointment,
      resolve: ({ change }) => refTo(change.now.id),
      description:
        "The appointment as the change left it. The fields of the upstream's events cost nothing; others cost one upstream request, shared by all subscribers. Where a caller that is limited to its own appointments loses this one, it knows only the id.",
    }),
  }),
})

const priceOfEvent: PriceTag = ({ filter }: { filter?: FilterInput | null }, context) => {
  const event = { cost: FREE, rows: { count: 1, known: new Set(FIELDS_OF_EVENT) } }
  const site = siteOfDay(filter, toFilter(filter, context))
  return site === undefined ? [event] : [event, { cost: costOfZone(site, context.pricing) }]
}

builder.subscriptionField('appointmentChanged', (t) =>
  t.field({
    type: AppointmentChange,
    description:
      'Tells of each change of an appointment that is in the list of the filter before it or after it. No subscriber sees an appointment go back. Costs nothing by itself.',
    args: {
      filter: t.arg({
        type: AppointmentFilter,
        description: 'Which appointments; all of them where it is left out.',
      }),
      after: t.arg.string({
        description:
          'The `sequence` of the last change that the client has: the changes since then come first. Where the gateway no longer has them all, the error is `RESUME_EXPIRED`: read the list again, and subscribe without it.',
      }),
    },
    extensions: { price: priceOfEvent, minAtMost: 0 },
    subscribe: async (_root, { filter, after }, context, info) =>
      context.loaders.subscribe(await readFilter(filter, context, { info }), after ?? undefined),
    resolve: (event) => event,
  }),
)
