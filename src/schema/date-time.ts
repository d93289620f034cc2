import { GraphQLError, Kind, type ValueNode } from 'graphql'
import { isDate, isTimeZone } from '../contract/clinic-day.ts'
import { toUtc } from '../contract/instant.ts'
import { builder } from './builder.ts'

export { isTimeZone } from '../contract/clinic-day.ts'

builder.scalarType(
  'DateTime',
  textScalar({
    description:
      'An instant as RFC 3339 in UTC, such as `2025-01-20T14:00:00Z`. As input any UTC offset is accepted; a date alone is not, because the time zone of its midnight is unknown. In UTC its year has four digits.',
    read: toUtc,
    refusal:
      'DateTime takes an RFC 3339 instant with a UTC offset, such as 2025-01-20T14:00:00Z, in the years 0000 to 9999 of UTC.',
  }),
)

builder.scalarType(
  'Date',
  textScalar({
    description:
      'A calendar date as in RFC 3339, such as `2025-01-20`. Only together with a time zone is it a range of instants.',
    read: (value) => (typeof value === 'string' && isDate(value) ? value : undefined),
    refusal: 'Date takes a day of the calendar, such as 2025-01-20.',
  }),
)

builder.scalarType(
  'TimeZone',
  textScalar({
    description:
      'A time zone by its name in the IANA database, such as `Europe/London`, in any case. An offset such as `+01:00` is not accepted, because it has no clock changes.',
    read: (value) => (typeof value === 'string' && isTimeZone(value) ? value : undefined),
    refusal: 'TimeZone takes a name of the IANA database, such as Europe/London.',
  }),
)

interface TextScalar {
  readonly description: string
  /** Undefined for a value that the scalar does not accept. */
  readonly read: (value: unknown) => string | undefined
  readonly refusal: string
}

function textScalar({ description, read, refusal }: TextScalar) {
  /** A bad literal has the same error code as a bad variable. */
  function refuse(literal?: ValueNode): never {
    throw new GraphQLError(refusal, literal && { nodes: literal, extensions: { code: 'BAD_USER_INPUT' } })
  }
  return {
    description,
    serialize: (value: unknown) => read(value) ?? refuse(),
    parseValue: (value: unknown) => read(value) ?? refuse(),
    parseLiteral: (node: ValueNode) =>
      (node.kind === Kind.STRING ? read(node.value) : undefined) ?? refuse(node),
  }
}
