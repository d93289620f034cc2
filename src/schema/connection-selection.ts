import { type GraphQLObjectType, type GraphQLResolveInfo, getNamedType } from 'graphql'
import { collectSubfields } from '../execution/index.ts'
import type { ConnectionSelection } from '../loaders/connection.ts'

type Info = Pick<GraphQLResolveInfo, 'schema' | 'fragments' | 'variableValues' | 'returnType' | 'fieldNodes'>

/** Reads ahead what the client selected of a connection, through fragments and directives. */
export function connectionSelection(info: Info): ConnectionSelection {
  const type = getNamedType(info.returnType) as GraphQLObjectType
  const names = new Set(
    [...collectSubfields(info, type, info.fieldNodes).values()].map(([node]) => node?.name.value),
  )
  return {
    rows: names.has('edges') || names.has('nodes'),
    pageInfo: names.has('pageInfo'),
    totalCount: names.has('totalCount'),
  }
}
