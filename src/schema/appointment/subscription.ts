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
  description: 'The kind of a change of an appointment.',
  values: {
    CREATED: { value: 'created', description: 'It was booked.' },
    UPDATED: { value: 'updated', description: 'A field other than its time or its status changed.' },
    RESCHEDULED: { value: 'rescheduled', description: 'Its time changed.' },
    CANCELLED: { value: 'cancelled', description: 'It was cancelled.' },
    COMPLETED: { value: 'completed', description: 'It took place.' },
    NO_SHOW: { value: 'no_show', description: 'The patient did not attend.' },
    RECONCILED: {
      value: 'reconciled',
      description: 'A read found a change that no event had reported.',
    },
  } satisfies Record<Uppercase<ChangeKind>, { value: ChangeKind; description: string }>,
})

const Movement = builder.enumType('Movement', {
  description: 'The effect of a change on the list of the filter, and so what a list on a screen has to do.',
  values: {
    ENTERED: {
      value: 'entered',
      description:
        'The appointment is in the list, and as far as the gateway knows was not before: insert it, or replace the row that has its id.',
    },
    CHANGED: { value: 'changed', description: 'It was in the list and still is: replace the row.' },
    LEFT: { value: 'left', description: 'It is not in the list: remove the row, if there is one.' },
  } satisfies Record<Uppercase<ListMovement>, { value: ListMovement; description: string }>,
})

const Source = builder.enumType('ChangeSource', {
  description: 'How the gateway learned of a change.',
  values: {
    WEBHOOK: { value: 'webhook', description: 'By an event of the upstream.' },
    GATEWAY: { value: 'gateway', description: 'By a mutation through the gateway.' },
    RECONCILED: { value: 'reconciled', description: 'By a read of the gateway.' },
  } satisfies Record<Uppercase<ChangeSource>, { value: ChangeSource; description: string }>,
})

const AppointmentChange = builder.objectRef<ChangeEvent>('AppointmentChange').implement({
  description: 'A change of one appointment.',
  fields: (t) => ({
    sequence: t.string({
      nullable: false,
      resolve: ({ sequence }) => sequence,
      description:
        'The position of this change among all changes: pass the last one as `after` to resume after it.',
    }),
    kind: t.field({
      type: Kind,
      nullable: false,
      resolve: ({ change }) => change.kind,
      description: 'The kind of change.',
    }),
    movement: t.field({
      type: Movement,
      nullable: false,
      // The server resolves an unclear movement before it executes the event.
      resolve: ({ movement }) => movement as ListMovement,
      description: 'The effect on the list of the filter.',
    }),
    source: t.field({
      type: Source,
      nullable: false,
      resolve: ({ change }) => change.source,
      description: 'How the gateway learned of the change.',
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
        "The appointment after the change. The fields of the upstream's events cost nothing; others cost one upstream request, shared by all subscribers. Where a caller that is limited to its own appointments loses this one, it gets only the id.",
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
      'Reports each change of an appointment that is in the list of the filter before or after the change. No subscriber receives an older state of an appointment after a newer one. Costs nothing by itself.',
    args: {
      filter: t.arg({
        type: AppointmentFilter,
        description: 'Which appointments; all of them by default.',
      }),
      after: t.arg.string({
        description:
          'The `sequence` of the last change that the client has: the stream begins with the changes since then. Where the gateway no longer has them all, the error is `RESUME_EXPIRED`: read the list again, and subscribe without `after`.',
      }),
    },
    extensions: { price: priceOfEvent, minAtMost: 0 },
    subscribe: async (_root, { filter, after }, context, info) =>
      context.loaders.subscribe(await readFilter(filter, context, { info }), after ?? undefined),
    resolve: (event) => event,
  }),
)
