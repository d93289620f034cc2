import { builder } from '../builder.ts'
import { parseId } from '../global-id.ts'
import { priceOfReference, reference } from '../reference.ts'
import { AppointmentType } from './type.ts'

builder.queryField('appointmentType', (t) =>
  t.field({
    type: AppointmentType,
    description: 'A reference by its id, to ask for its appointments. Costs nothing by itself.',
    args: { id: t.arg.id({ required: true, description: "Its global id, or the upstream's own." }) },
    extensions: { price: priceOfReference('AppointmentType') },
    resolve: (_root, { id }) => reference('AppointmentType', parseId('AppointmentType', id, 'id')),
  }),
)
