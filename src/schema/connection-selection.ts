import { collectSubFields } from '@graphql-tools/utils'
import { type GraphQLObjectType, type GraphQLResolveInfo, getNamedType } from 'graphql'
import type { ConnectionSelection } from '../loaders/connection.ts'

type Info = Pick<GraphQLResolveInfo, 'schema' | 'fragments' | 'variableValues' | 'returnType' | 'fieldNodes'>

/** Reads ahead what the client selected of a connection, through fragments and directives. */
export function connectionSelection(info: Info): ConnectionSelection {
  const type = getNamedType(info.returnType) as GraphQLObjectType
  const { fields } = collectSubFields(info.schema, info.fragments, info.variableValues, type, [
    ...info.fieldNodes,
  ])
  const names = new Set([...fields.values()].map(([node]) => node?.name.value))
  return {
    rows: names.has('edges') || names.has('nodes'),
    pageInfo: names.has('pageInfo'),
    totalCount: names.has('totalCount'),
  }
}
