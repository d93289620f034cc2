import {
  type GraphQLFieldConfig,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLObjectType,
  GraphQLScalarType,
  GraphQLUnionType,
} from 'graphql'
import { REST_ID } from '../../contract/rest-id.ts'
import type { Context } from '../context.ts'
import { UserInputError } from '../errors.ts'
import { type GlobalId, isGlobalId, KINDS, parseGlobalId } from '../global-id.ts'
import { loadEach, priceOf } from '../node.ts'
import type { PriceTag } from '../price-tag.ts'

/** A router's representation of an object. The scalar accepts any value, so that a bad one fails its own item only. */
const Any = new GraphQLScalarType({
  name: '_Any',
  description:
    "A router's representation of an object: its `__typename`, and its `id` or its `restId` as the key. With both, `id` counts.",
})

const priceOfEntities: PriceTag = ({ representations }: EntitiesArguments, context) =>
  representations.flatMap((representation) => {
    const entity = readEntity(representation, 'representations')
    return entity instanceof Error ? [] : [priceOf(entity, context)]
  })

interface EntitiesArguments {
  readonly representations: readonly unknown[]
}

/** `Query._entities` of the subgraph specification. `types` are those that a router may request by a key. */
export function entitiesField(
  types: readonly GraphQLObjectType[],
): GraphQLFieldConfig<unknown, Context, EntitiesArguments> {
  const Entity = new GraphQLUnionType({
    name: '_Entity',
    description: 'The types that other subgraphs may refer to, and add fields to.',
    types,
    resolveType: ({ kind }: GlobalId) => kind,
  })
  return {
    type: new GraphQLNonNull(new GraphQLList(Entity)),
    description:
      'For routers: objects by their keys, in the order of the representations. A bad or missing one is null in its own place only. Each different appointment costs one upstream request, a reference none.',
    extensions: { price: priceOfEntities },
    args: {
      representations: {
        type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(Any))),
        description: 'The representation of each object; at most as many as `nodes` accepts ids.',
      },
    },
    resolve: (_root, { representations }, context, info) =>
      loadEach(representations, requireEntity, context, info),
  }
}

function requireEntity(representation: unknown, index: number): GlobalId {
  const entity = readEntity(representation, `representations.${index}`)
  if (entity instanceof Error) throw entity
  return entity
}

/** The object of a router's representation; else the reason why there is none, at its path in the arguments. */
function readEntity(representation: unknown, argument: string): GlobalId | UserInputError {
  const { __typename, id, restId } = Object(representation) as Readonly<Record<string, unknown>>
  const kind = KINDS.find((known) => known === __typename)
  if (kind === undefined)
    return new UserInputError(`${argument}.__typename`, 'This gateway has no entity of this type.')
  if (id != null) {
    const globalId = typeof id === 'string' && isGlobalId(id) ? parseGlobalId(id, argument) : undefined
    return globalId?.kind === kind
      ? globalId
      : new UserInputError(`${argument}.id`, `This is not a global id of the type ${kind}.`)
  }
  // A global id also has the characters of a REST id, but belongs to the other key.
  if (typeof restId === 'string' && REST_ID.test(restId) && !isGlobalId(restId)) return { kind, restId }
  return new UserInputError(`${argument}.restId`, `This is not the upstream's id of a ${kind}.`)
}
