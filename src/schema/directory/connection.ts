import type { GraphQLResolveInfo } from 'graphql'
import type { EntryKind } from '../../contract/directory-fields.ts'
import type { EntryFilter } from '../../loaders/directory/entry-lists.ts'
import type { PageArguments } from '../../pagination/arguments.ts'
import { builder } from '../builder.ts'
import { connectionSelection } from '../connection-selection.ts'
import type { Context } from '../context.ts'
import { UserInputError } from '../errors.ts'
import { parseId } from '../global-id.ts'
import type { PriceTag } from '../price-tag.ts'

const COST =
  'Costs as much as a page of appointments. A field that the rows have costs nothing more; a field that they do not have costs one upstream request for each row.'
const COUNT =
  'The number of rows in the complete list. The upstream gives no total: counting costs upstream requests unless the page contains the end of the list, and only when this is selected.'

const ClinicianFilter = builder.inputType('ClinicianFilter', {
  description: 'Which clinicians to list: those that meet every given condition.',
  fields: (t) => ({
    isActive: t.boolean({ description: 'Only those who work here, or only those who no longer do.' }),
    isBookableOnline: t.boolean({
      description: 'Only those whom patients can, or can not, book themselves.',
    }),
    locationId: t.id({ description: "At this location: the global id, or the upstream's own." }),
    search: t.string({ description: 'Words that the upstream looks for, in names for example.' }),
  }),
})

const LocationFilter = builder.inputType('LocationFilter', {
  description: 'Which locations to list: those that meet every given condition.',
  fields: (t) => ({
    isActive: t.boolean({ description: 'Only open or only closed ones.' }),
    search: t.string({ description: 'Words that the upstream looks for, in the name or the address.' }),
  }),
})

const AppointmentTypeFilter = builder.inputType('AppointmentTypeFilter', {
  description: 'Which types to list: those that meet every given condition.',
  fields: (t) => ({
    isActive: t.boolean({ description: 'Only those that can be booked, or only those that no longer can.' }),
  }),
})

type FilterInput = Partial<typeof ClinicianFilter.$inferInput>

/** Validates a filter, and translates it. `argument` is its dotted path. Throws a `UserInputError`. */
function toFilter(given: FilterInput | null | undefined, argument: string): EntryFilter {
  const { isActive, isBookableOnline, locationId, search } = given ?? {}
  if (search != null && search.trim() === '')
    throw new UserInputError(`${argument}search`, 'A search without words finds nothing: leave it out.')
  if (search?.includes('\0') || search?.isWellFormed() === false)
    throw new UserInputError(`${argument}search`, 'A search is well-formed text without NUL.')
  return {
    ...(isActive != null && { isActive }),
    ...(isBookableOnline != null && { isBookableOnline }),
    ...(locationId != null && { locationId: parseId('Location', locationId, `${argument}locationId`) }),
    ...(search != null && { search }),
  }
}

interface ListArguments extends PageArguments {
  readonly filter?: FilterInput | null | undefined
  readonly search?: string | null | undefined
}

function filterOf({ filter, search }: ListArguments): EntryFilter {
  return search === undefined ? toFilter(filter, 'filter.') : toFilter({ search }, '')
}

/** The resolver of a list of one kind, and its price. */
function listOf<Kind extends EntryKind>(kind: Kind) {
  const price: PriceTag = (args: ListArguments, { pricing, selection }) => {
    const { cost, size, key } = pricing.entryList(kind, { filter: filterOf(args), args, selection })
    return [{ cost, key, entries: { count: size }, reference: { kind, restId: '' } }]
  }
  return {
    // One request for the page and one for `totalCount`.
    extensions: { price, minAtMost: 2 },
    resolve: (_root: object, args: ListArguments, { loaders }: Context, info: GraphQLResolveInfo) =>
      loaders.directory.connection(
        kind,
        { filter: filterOf(args), args, selection: connectionSelection(info) },
        info,
      ),
  }
}

function connectionType<Kind extends EntryKind>(kind: Kind, of: string) {
  return builder.connectionObject(
    {
      name: `${kind}Connection`,
      type: kind,
      description: `A page of a list of ${of}, in the upstream's order. ${COST}`,
      fields: (t) => ({
        totalCount: t.int({ description: COUNT, resolve: (connection) => connection.count() }),
      }),
    },
    { name: `${kind}Edge`, description: 'A row of the list, and its place in it.' },
  )
}

builder.queryFields((t) => ({
  clinicians: t.connection(
    {
      type: 'Clinician',
      description: `The clinicians of the organisation. ${COST}`,
      args: {
        filter: t.arg({ type: ClinicianFilter, description: 'Which clinicians; all by default.' }),
      },
      ...listOf('Clinician'),
    },
    connectionType('Clinician', 'clinicians'),
  ),
  locations: t.connection(
    {
      type: 'Location',
      description: `The locations of the organisation. ${COST}`,
      args: {
        filter: t.arg({ type: LocationFilter, description: 'Which locations; all by default.' }),
      },
      ...listOf('Location'),
    },
    connectionType('Location', 'locations'),
  ),
  appointmentTypes: t.connection(
    {
      type: 'AppointmentType',
      description: `The kinds of appointment of the organisation. ${COST}`,
      args: {
        filter: t.arg({ type: AppointmentTypeFilter, description: 'Which types; all by default.' }),
      },
      ...listOf('AppointmentType'),
    },
    connectionType('AppointmentType', 'appointment types'),
  ),
  patients: t.connection(
    {
      type: 'Patient',
      description: `The patients of the organisation; \`FORBIDDEN\` for a caller that is limited to a patient or a clinician. ${COST}`,
      args: {
        search: t.arg.string({
          description:
            'Words that the upstream looks for, in names and numbers for example; all patients by default.',
        }),
      },
      ...listOf('Patient'),
    },
    connectionType('Patient', 'patients'),
  ),
}))
