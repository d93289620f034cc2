import { GraphQLError } from 'graphql'
import { toUtc } from '../contract/instant.ts'
import { builder } from './builder.ts'

builder.scalarType('DateTime', {
  description:
    'An instant as RFC 3339 in UTC, such as `2025-01-20T14:00:00Z`. As input any UTC offset is accepted; a date alone is not, because whose midnight it means is not known.',
  serialize: (value) => toUtc(value) ?? refuse(),
  parseValue: (value) => toUtc(value) ?? refuse(),
})

function refuse(): never {
  throw new GraphQLError(
    'DateTime takes an RFC 3339 instant with a UTC offset, such as 2025-01-20T14:00:00Z.',
  )
}
