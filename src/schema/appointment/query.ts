import { builder } from '../builder.ts'
import { parseId } from '../global-id.ts'
import type { PriceTag } from '../price-tag.ts'
import { Appointment } from './type.ts'

const priceOfFind: PriceTag = ({ id }: { id: string }, { pricing }) => {
  const restId = parseId('Appointment', id, 'id')
  return [{ cost: pricing.find(restId), key: restId, rows: { count: 1, known: 'all' } }]
}

builder.queryField('appointment', (t) =>
  t.field({
    type: Appointment,
    description: 'One appointment; null when there is none. Costs one upstream request, for all its fields.',
    args: { id: t.arg.id({ required: true, description: "Its global id, or the upstream's own." }) },
    extensions: { price: priceOfFind, minAtMost: 1 },
    resolve: (_root, { id }, { loaders }, info) =>
      loaders.appointments.find(parseId('Appointment', id, 'id'), info),
  }),
)
