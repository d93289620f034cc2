import type { OutputRef } from '@pothos/core'
import { builder } from './builder.ts'
import { parseId } from './global-id.ts'
import { FREE, type PriceTag } from './price-tag.ts'
import { type Reference, type ReferenceKind, reference } from './reference.ts'

/** The root field that gives a reference by its id: it asks nothing, so it can't tell whether there is such a thing. */
export function addReferenceQuery<K extends ReferenceKind>(
  name: string,
  kind: K,
  type: OutputRef<Reference<K>>,
): void {
  const price: PriceTag = ({ id }: { id: string }) => [
    { cost: FREE, reference: reference(kind, parseId(kind, id, 'id')) },
  ]
  builder.queryField(name, (t) =>
    t.field({
      type,
      description: 'A reference by its id, to ask for its appointments. Costs nothing by itself.',
      args: { id: t.arg.id({ required: true, description: "Its global id, or the upstream's own." }) },
      extensions: { price, minAtMost: 0 },
      resolve: (_root, { id }) => reference(kind, parseId(kind, id, 'id')),
    }),
  )
}
