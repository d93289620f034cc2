import { builder } from '../builder.ts'
import { parseId } from '../global-id.ts'
import { priceOfReference, reference } from '../reference.ts'
import { Location } from './type.ts'

builder.queryField('location', (t) =>
  t.field({
    type: Location,
    description: 'A reference by its id, to ask for its appointments. Costs nothing by itself.',
    args: { id: t.arg.id({ required: true, description: "Its global id, or the upstream's own." }) },
    extensions: { price: priceOfReference('Location') },
    resolve: (_root, { id }) => reference('Location', parseId('Location', id, 'id')),
  }),
)
