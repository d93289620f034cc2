import type { GraphQLResolveInfo } from 'graphql'
import type { ResolvedAt } from '../loaders/stale.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import { LimitError } from './errors.ts'
import { type GlobalId, isGlobalId, parseGlobalId, toGlobalId } from './global-id.ts'
import { FREE, type Price, type PriceContext, type PriceTag } from './price-tag.ts'

/** Replaces Pothos' `t.node`, which resolves every id through a promise. */
export const Node = builder.interfaceRef<GlobalId>('Node').implement({
  description: 'An object that has a global id, and can be read again by it.',
  resolveType: ({ kind }) => kind,
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description:
        'A global id: opaque, and accepted wherever an id of this type is required. Selecting it never costs an upstream request.',
      resolve: ({ kind, restId }) => toGlobalId(kind, restId),
    }),
  }),
})

export function priceOf({ kind, restId }: GlobalId, { pricing }: PriceContext): Price {
  if (kind !== 'Appointment') return { cost: FREE, type: kind, reference: { kind, restId } }
  return { cost: pricing.find(restId), key: restId, type: kind, rows: { count: 1, known: 'all' } }
}

const priceOfNode: PriceTag = ({ id }: { id: string }, context) => [priceOf(parseGlobalId(id, 'id'), context)]

const priceOfNodes: PriceTag = ({ ids }: { ids: readonly string[] }, context) =>
  ids.filter(isGlobalId).map((id) => priceOf(parseGlobalId(id, 'ids'), context))

builder.queryFields((t) => ({
  node: t.field({
    type: Node,
    description:
      'An object by its global id; null when there is none. An appointment costs one upstream request, a reference none.',
    extensions: { price: priceOfNode, minAtMost: 1 },
    args: { id: t.arg.id({ required: true, description: 'A global id.' }) },
    resolve: (_root, { id }, context, info) => load(() => parseGlobalId(id, 'id'), context, info),
  }),
  nodes: t.field({
    type: [Node],
    nullable: { list: false, items: true },
    description:
      'Several objects by their global ids, in the order of the ids. A bad or missing id gives null in its own place only. Each different appointment costs one upstream request.',
    extensions: { price: priceOfNodes },
    args: { ids: t.arg.idList({ required: true, description: 'Global ids.' }) },
    resolve: (_root, { ids }, context, info) =>
      loadEach(ids, (id, index) => parseGlobalId(id, `ids.${index}`), context, info),
  }),
}))

/** Loads several objects in the order of their keys. An error of `read` or of a load fails that item only. */
export function loadEach<Key>(
  keys: readonly Key[],
  read: (key: Key, index: number) => GlobalId,
  context: Context,
  { fieldName, path }: Pick<GraphQLResolveInfo, 'fieldName' | 'path'>,
): Promise<GlobalId | null>[] {
  const { maxNodeIds } = context
  if (keys.length > maxNodeIds)
    throw new LimitError(
      'MAX_NODE_IDS',
      maxNodeIds,
      `\`${fieldName}\` takes no longer list than one of ${maxNodeIds}.`,
    )
  return keys.map((key, index) =>
    load(() => read(key, index), context, { path: { prev: path, key: index } }).catch(
      // The executor reports an Error in a list as the failure of that item, which the types of `graphql` do not allow.
      (error: Error) => error as never,
    ),
  )
}

async function load(read: () => GlobalId, { loaders }: Context, at: ResolvedAt): Promise<GlobalId | null> {
  const { kind, restId } = read()
  return kind === 'Appointment' ? loaders.appointments.find(restId, at) : { kind, restId }
}
