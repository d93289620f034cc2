import { builder } from './builder.ts'
import type { Context } from './context.ts'
import { parseGlobalId } from './global-id.ts'
import { LimitError } from './limit-error.ts'
import { reference } from './reference.ts'

builder.queryFields((t) => ({
  node: t.field({
    type: builder.nodeInterfaceRef(),
    description:
      'Anything by its global id; null when there is none. An appointment costs one upstream request, a reference none.',
    args: { id: t.arg.id({ required: true, description: 'A global id.' }) },
    resolve: (_root, { id }, context) => load(id, 'id', context),
  }),
  nodes: t.field({
    type: [builder.nodeInterfaceRef()],
    nullable: { list: false, items: true },
    description:
      'Several by their global ids, in the order asked for. A bad or missing one is null in its own place only. Each different appointment costs one upstream request.',
    args: { ids: t.arg.idList({ required: true, description: 'Global ids.' }) },
    resolve: (_root, { ids }, context) => {
      const { maxNodeIds } = context
      if (ids.length > maxNodeIds)
        throw new LimitError('MAX_NODE_IDS', maxNodeIds, `\`nodes\` takes ${maxNodeIds} ids at most.`)
      return ids.map((id, index) => load(id, `ids.${index}`, context).catch((error: Error) => error))
    },
  }),
}))

async function load(id: string, argument: string, { loaders }: Context): Promise<object | null> {
  const { kind, restId } = parseGlobalId(id, argument)
  return kind === 'Appointment' ? loaders.appointments.find(restId) : reference(kind, restId)
}
