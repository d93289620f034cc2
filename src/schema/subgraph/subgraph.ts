import {
  type ConstDirectiveNode,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  isObjectType,
  Kind,
  lexicographicSortSchema,
  parse,
  print,
  printSchema,
  visit,
} from 'graphql'
import { KINDS } from '../global-id.ts'
import { entitiesField } from './entities.ts'

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])'

/** The text of `subgraph.graphql`: the schema for Apollo Federation 2.3, sorted like `schema.graphql`. */
export function printSubgraph(schema: GraphQLSchema): string {
  const keys = directivesIn('@key(fields: "id") @key(fields: "restId")')
  // `Query` is not shareable: one subgraph owns `node` and `nodes`.
  const directives = new Map([
    ...KINDS.map((kind) => [kind as string, keys] as const),
    ['PageInfo', directivesIn('@shareable')],
  ])
  const document = visit(parse(printSchema(lexicographicSortSchema(schema))), {
    ObjectTypeDefinition: (type) => ({ ...type, directives: directives.get(type.name.value) ?? [] }),
  })
  return `${LINK}\n\n${print(document)}\n`
}

/** The schema with the two fields that the router of a larger graph requests. It shares all types except `Query`. */
export function createSubgraph(schema: GraphQLSchema): GraphQLSchema {
  const { query, types, ...config } = schema.toConfig()
  if (query == null) throw new Error('A subgraph has queries.')
  const queryConfig = query.toConfig()
  let sdl: string | undefined
  const Service = new GraphQLObjectType({
    name: '_Service',
    description: 'This gateway as a part of a larger graph.',
    fields: {
      sdl: {
        type: GraphQLString,
        description: 'Its schema for Apollo Federation 2.3, for composition.',
        resolve: () => (sdl ??= printSubgraph(schema)),
      },
    },
  })
  const extended = new GraphQLObjectType({
    ...queryConfig,
    fields: {
      ...queryConfig.fields,
      _service: {
        type: new GraphQLNonNull(Service),
        description: 'For routers: the part of the graph that this gateway serves. Costs nothing.',
        resolve: () => ({}),
      },
      _entities: entitiesField(KINDS.map((kind) => schema.getType(kind)).filter(isObjectType)),
    },
  })
  return new GraphQLSchema({
    ...config,
    query: extended,
    types: types.filter((type) => type !== query),
  })
}

function directivesIn(text: string): readonly ConstDirectiveNode[] {
  const [definition] = parse(`scalar Any ${text}`).definitions
  return definition?.kind === Kind.SCALAR_TYPE_DEFINITION ? (definition.directives ?? []) : []
}
