import type { ResolvedAt } from '../loaders/stale.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import { type GlobalId, isGlobalId, parseGlobalId } from './global-id.ts'
import { LimitError } from './limit-error.ts'
import { Node } from './node-type.ts'
import { FREE, type Price, type PriceContext, type PriceTag } from './price-tag.ts'
import { reference } from './reference.ts'

function priceOf(id: string, { pricing }: PriceContext): Price {
  const { kind, restId } = parseGlobalId(id, 'id')
  if (kind !== 'Appointment') return { cost: FREE, type: kind, reference: reference(kind, restId) }
  return { cost: pricing.find(restId), key: restId, type: kind, rows: { count: 1, held: 'all' } }
}

const priceOfNode: PriceTag = ({ id }: { id: string }, context) => [priceOf(id, context)]

const priceOfNodes: PriceTag = ({ ids }: { ids: readonly string[] }, context) =>
  ids.filter(isGlobalId).map((id) => priceOf(id, context))

builder.queryFields((t) => ({
  node: t.field({
    type: Node,
    description:
      'Anything by its global id; null when there is none. An appointment costs one upstream request, a reference none.',
    extensions: { price: priceOfNode, minAtMost: 1 },
    args: { id: t.arg.id({ required: true, description: 'A global id.' }) },
    resolve: (_root, { id }, context, info) => load(id, 'id', context, info),
  }),
  nodes: t.field({
    type: [Node],
    nullable: { list: false, items: true },
    description:
      'Several by their global ids, in the order asked for. A bad or missing one is null in its own place only. Each different appointment costs one upstream request.',
    extensions: { price: priceOfNodes },
    args: { ids: t.arg.idList({ required: true, description: 'Global ids.' }) },
    resolve: (_root, { ids }, context, { path }) => {
      const { maxNodeIds } = context
      if (ids.length > maxNodeIds)
        throw new LimitError('MAX_NODE_IDS', maxNodeIds, `\`nodes\` takes ${maxNodeIds} ids at most.`)
      return ids.map((id, index) =>
        load(id, `ids.${index}`, context, { path: { prev: path, key: index } }).catch(
          // GraphQL's executor fails the place where it is given an error for a value, which no type of its says.
          (error: Error) => error as never,
        ),
      )
    },
  }),
}))

async function load(
  id: string,
  argument: string,
  { loaders }: Context,
  at: ResolvedAt,
): Promise<GlobalId | null> {
  const { kind, restId } = parseGlobalId(id, argument)
  return kind === 'Appointment' ? loaders.appointments.find(restId, at) : reference(kind, restId)
}
