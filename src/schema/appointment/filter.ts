import type { GraphQLResolveInfo } from 'graphql'
import { APPOINTMENT_STATUSES } from '../../contract/appointment.ts'
import { rangeOfDay } from '../../contract/clinic-day.ts'
import type { AppointmentFilter as Filter } from '../../contract/field-names.ts'
import { toMilliseconds } from '../../contract/instant.ts'
import { builder } from '../builder.ts'
import type { Context } from '../context.ts'
import { UserInputError } from '../errors.ts'
import { parseId, type Reference } from '../global-id.ts'
import { REFERENCES } from '../references.ts'
import { Status } from './status.ts'

const DateTimeRange = builder.inputType('DateTimeRange', {
  description:
    'A range of instants, both ends inclusive. An absent end is open. An end that is finer than a millisecond is rounded into the range.',
  fields: (t) => ({
    gte: t.field({ type: 'DateTime', description: 'On or after this instant.' }),
    lte: t.field({ type: 'DateTime', description: 'On or before this instant.' }),
  }),
})

export const AppointmentFilter = builder.inputType('AppointmentFilter', {
  description:
    'Which appointments to list: those that meet every given condition. An absent or null condition has no effect.',
  fields: (t) => ({
    patientId: t.id({ description: "Of this patient: the global id, or the upstream's own." }),
    clinicianId: t.id({ description: "Of this clinician: the global id, or the upstream's own." }),
    appointmentTypeId: t.id({ description: "Of this type: the global id, or the upstream's own." }),
    locationId: t.id({ description: "At this location: the global id, or the upstream's own." }),
    status: t.field({ type: [Status], description: 'In one of these statuses: at least one.' }),
    startTime: t.field({
      type: DateTimeRange,
      description: 'Beginning within this range. Not together with `day`.',
    }),
    day: t.field({
      type: 'Date',
      description:
        "Beginning on this day, which has 23 or 25 hours where the clocks of `timeZone` change. It is equivalent to that range of instants in `startTime`: the cost is the same, and cursors of one are valid for the other. A day that a zone's clocks skip is `BAD_USER_INPUT`.",
    }),
    timeZone: t.field({
      type: 'TimeZone',
      description:
        "The time zone of `day`. By default the zone of the location, if the list is of one location whose zone the upstream gives, which may cost the read of the locations; else the clinic's (`CLINIC_TIME_ZONE`). Only with `day`.",
    }),
  }),
})

export type FilterInput = typeof AppointmentFilter.$inferInput

/**
 * Validates a filter, and translates it to the filter of the loaders. The id of the parent is one more condition.
 * Throws a `UserInputError`.
 */
export function toFilter(
  input: FilterInput | null | undefined,
  { clinicTimeZone }: Pick<Context, 'clinicTimeZone'>,
  parent?: Reference,
): Filter {
  const given = input ?? {}
  const { day, startTime } = given
  if (day == null && given.timeZone != null)
    throw new UserInputError('filter.timeZone', 'A time zone says whose day is meant: give it with `day`.')
  if (day != null && startTime != null)
    throw new UserInputError('filter.day', 'Give either `day` or `startTime`, not both.')
  return {
    ...idConditions(given, parent),
    ...statusCondition(given.status),
    ...(day == null ? timeConditions(startTime) : dayConditions(day, given.timeZone ?? clinicTimeZone)),
  }
}

/**
 * Like `toFilter`, but a day with a site and no zone is in the site's zone, which may have to be read. Rejects with the
 * error of that read, and with a `UserInputError` before it.
 */
export function readFilter(
  input: FilterInput | null | undefined,
  context: Context,
  { info, parent }: { readonly info: GraphQLResolveInfo; readonly parent?: Reference },
): Filter | Promise<Filter> {
  const filter = toFilter(input, context, parent)
  const site = siteOfDay(input, filter)
  if (site === undefined) return filter
  return context.loaders.directory
    .timeZone(site, info)
    .then((clinicTimeZone = context.clinicTimeZone) => toFilter(input, { clinicTimeZone }, parent))
}

/** The id of the site whose zone decides when the day begins; undefined where no site decides. */
export function siteOfDay(input: FilterInput | null | undefined, { locationId }: Filter): string | undefined {
  return input?.day != null && input.timeZone == null ? locationId : undefined
}

function idConditions(input: FilterInput, parent: Reference | undefined): Filter {
  const conditions: { -readonly [Name in keyof Filter]: Filter[Name] } = {}
  for (const { idField, kind } of REFERENCES) {
    const given = input[idField]
    if (given != null) {
      if (parent?.kind === kind)
        throw new UserInputError(`filter.${idField}`, `These are one ${kind}'s appointments already.`)
      conditions[idField] = parseId(kind, given, `filter.${idField}`)
    } else if (parent?.kind === kind) conditions[idField] = parent.restId
  }
  return conditions
}

function statusCondition(statuses: FilterInput['status']): Filter {
  if (statuses == null) return {}
  if (statuses.length === 0)
    throw new UserInputError(
      'filter.status',
      'An empty list of statuses matches nothing: leave it out, or name one.',
    )
  return { statuses: APPOINTMENT_STATUSES.filter((status) => statuses.includes(status)) }
}

/** Rounds to milliseconds, the upstream's precision, because its treatment of a finer bound is unknown. */
function timeConditions(range: FilterInput['startTime']): Filter {
  const { gte, lte } = range ?? {}
  const startsFrom = gte == null ? undefined : (toMilliseconds(gte, 'up') ?? refuseRange())
  const startsTo = lte == null ? undefined : toMilliseconds(lte, 'down')
  if (startsFrom !== undefined && startsTo !== undefined && Date.parse(startsFrom) > Date.parse(startsTo))
    refuseRange()
  return { ...(startsFrom !== undefined && { startsFrom }), ...(startsTo !== undefined && { startsTo }) }
}

function dayConditions(day: string, timeZone: string): Filter {
  const range = rangeOfDay(day, timeZone)
  if (range === undefined)
    throw new UserInputError(
      'filter.day',
      'The clocks of this time zone skipped this day, or it is not within the years 0000 to 9999 of UTC.',
    )
  return { ...range }
}

function refuseRange(): never {
  throw new UserInputError(
    'filter.startTime',
    'The range ends before it starts, counted in whole milliseconds.',
  )
}
