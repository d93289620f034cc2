import type { GraphQLResolveInfo } from 'graphql'
import {
  FIELD_NAMES,
  FIELDS_OF_SUMMARY,
  type FieldName,
  type AppointmentFilter as Filter,
} from '../../contract/field-names.ts'
import type { Pricing } from '../../loaders/pricing.ts'
import type { PageArguments } from '../../pagination/arguments.ts'
import type { Cost } from '../../pagination/cost.ts'
import { builder } from '../builder.ts'
import { connectionSelection } from '../connection-selection.ts'
import type { Context } from '../context.ts'
import type { Reference } from '../global-id.ts'
import type { PriceTag } from '../price-tag.ts'
import { REFERENCES } from '../references.ts'
import { AppointmentFilter, readFilter, siteOfDay, toFilter } from './filter.ts'
import { Appointment } from './type.ts'

/** The bounds of `pagination/cost.ts`, for the descriptions of the schema. */
const COST =
  'Costs one upstream request for up to 100 rows from the start of the list, or up to 99 behind a cursor, and one for every further 99; at most two more where the list has changed since the cursor, three more to find a second cursor, and 32 more to find the end for `last` without `before`.'

const AppointmentConnection = builder.connectionObject(
  {
    name: 'AppointmentConnection',
    type: Appointment,
    description: `A page of a list of appointments, in the upstream's order. ${COST}`,
    fields: (t) => ({
      totalCount: t.int({
        description:
          'The number of appointments in the complete list. The upstream gives no total: counting costs upstream requests, and only when this is selected. It costs nothing where the page contains the end of the list; else at most 13 for 5,000 rows the first time, one or two after, and never more than 32.',
        resolve: (connection) => connection.count(),
      }),
    }),
  },
  { name: 'AppointmentEdge', description: 'A row of the list, and its place in it.' },
)

type ListArguments = PageArguments & {
  readonly filter?: typeof AppointmentFilter.$inferInput | null | undefined
}

function readConnection(args: ListArguments, context: Context, info: GraphQLResolveInfo, parent?: Reference) {
  const { appointments } = context.loaders
  const read = (filter: Filter) =>
    appointments.connection({ filter, args, selection: connectionSelection(info) }, info)
  appointments.checkSizes(args)
  const filter = readFilter(args.filter, context, { info, ...(parent && { parent }) })
  return filter instanceof Promise ? filter.then(read) : read(filter)
}

const priceOfList: PriceTag = (args: ListArguments, context) => {
  const { pricing, parent, selection } = context
  const filter = toFilter(args.filter, context, parent)
  const { cost, size, family, key } = pricing.list({ filter, args, selection })
  const rows = { count: size, known: fieldsInRows(filter) }
  const site = siteOfDay(args.filter, filter)
  if (site === undefined) return [{ cost, key, family, rows }]
  // The site's zone decides which instants are read, and so whether they are cached.
  return [{ cost: { min: 0, max: cost.max }, rows }, { cost: costOfZone(site, pricing) }]
}

/** The cost to read the site's time zone, which decides when a day of the site begins. */
export function costOfZone(site: string, pricing: Pricing): Cost {
  const { shared, each } = pricing.entry('Location', site)
  return { min: 0, max: shared.max + each.max }
}

/** The `min` of a list is at most 2: one request for the page and one for `totalCount`. */
const LIST_PRICING = { price: priceOfList, minAtMost: 2 }

/** The fields of a list row that cost no further request: those of every row, and those whose value the filter fixes. */
function fieldsInRows(filter: Filter): ReadonlySet<FieldName> {
  const fixed = Object.keys(filter).filter((name): name is FieldName => name in FIELD_NAMES)
  return new Set([...FIELDS_OF_SUMMARY, ...fixed])
}

builder.queryField('appointments', (t) =>
  t.connection(
    {
      type: Appointment,
      description: `The appointments of the organisation. ${COST}`,
      args: {
        filter: t.arg({
          type: AppointmentFilter,
          description: 'Which appointments; all of them by default.',
        }),
      },
      extensions: LIST_PRICING,
      resolve: (_root, args, context, info) => readConnection(args, context, info),
    },
    AppointmentConnection,
  ),
)

for (const { kind } of REFERENCES)
  builder.objectField(kind, 'appointments', (t) =>
    t.connection(
      {
        type: Appointment,
        description: `Its appointments. ${COST} Equal lists in one document are read once.`,
        args: {
          filter: t.arg({
            type: AppointmentFilter,
            description:
              'Which of them. The parent is a condition already, and a second one on its type is refused.',
          }),
        },
        extensions: LIST_PRICING,
        resolve: (parent, args, context, info) => readConnection(args, context, info, parent),
      },
      AppointmentConnection,
    ),
  )
