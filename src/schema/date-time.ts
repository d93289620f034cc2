import { GraphQLError, Kind, type ValueNode } from 'graphql'
import { toUtc } from '../contract/instant.ts'
import { builder } from './builder.ts'

builder.scalarType('DateTime', {
  description:
    'An instant as RFC 3339 in UTC, such as `2025-01-20T14:00:00Z`. As input any UTC offset is accepted; a date alone is not, because whose midnight it means is not known. In UTC its year has four digits.',
  serialize: (value) => toUtc(value) ?? refuse(),
  parseValue: (value) => toUtc(value) ?? refuse(),
  parseLiteral: (node) => (node.kind === Kind.STRING ? toUtc(node.value) : undefined) ?? refuse(node),
})

/** A literal that is no instant is as bad an argument as a variable that is none. */
function refuse(literal?: ValueNode): never {
  throw new GraphQLError(
    'DateTime takes an RFC 3339 instant with a UTC offset, such as 2025-01-20T14:00:00Z, in the years 0000 to 9999 of UTC.',
    literal && { nodes: literal, extensions: { code: 'BAD_USER_INPUT' } },
  )
}
