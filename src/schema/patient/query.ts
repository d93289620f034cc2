import { builder } from '../builder.ts'
import { parseId } from '../global-id.ts'
import { priceOfReference, reference } from '../reference.ts'
import { Patient } from './type.ts'

builder.queryField('patient', (t) =>
  t.field({
    type: Patient,
    description: 'A reference by its id, to ask for its appointments. Costs nothing by itself.',
    args: { id: t.arg.id({ required: true, description: "Its global id, or the upstream's own." }) },
    extensions: { price: priceOfReference('Patient') },
    resolve: (_root, { id }) => reference('Patient', parseId('Patient', id, 'id')),
  }),
)
