import { builder } from './builder.ts'
import { type GlobalId, toGlobalId } from './global-id.ts'

/** Anything that has a global id. Pothos' own `node` types make a promise of every id, a third of a page of 100. */
export const Node = builder.interfaceRef<GlobalId>('Node').implement({
  description: 'Anything that has a global id, and can be asked for again by it.',
  resolveType: ({ kind }) => kind,
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description:
        'A global id: opaque, and accepted wherever an id of this type is asked for. Selecting it never costs an upstream request.',
      resolve: ({ kind, restId }) => toGlobalId(kind, restId),
    }),
  }),
})
