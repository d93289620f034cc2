import { builder } from '../builder.ts'
import { parseId } from '../global-id.ts'
import { priceOfReference, reference } from '../reference.ts'
import { Clinician } from './type.ts'

builder.queryField('clinician', (t) =>
  t.field({
    type: Clinician,
    description: 'A reference by its id, to ask for its appointments. Costs nothing by itself.',
    args: { id: t.arg.id({ required: true, description: "Its global id, or the upstream's own." }) },
    extensions: { price: priceOfReference('Clinician') },
    resolve: (_root, { id }) => reference('Clinician', parseId('Clinician', id, 'id')),
  }),
)
