import { type GraphQLObjectType, type GraphQLResolveInfo, getNamedType } from 'graphql'
import { collectSubfields } from '../execution/index.ts'
import type { ConnectionSelection } from '../loaders/lists/connection.ts'

type Info = Pick<GraphQLResolveInfo, 'schema' | 'fragments' | 'variableValues' | 'returnType' | 'fieldNodes'>

/** Which parts of a connection the client selects, so that the gateway reads no others from the upstream. */
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
