import { builder } from '../builder.ts'
import { parseId } from '../global-id.ts'
import { Appointment } from './type.ts'

builder.queryField('appointment', (t) =>
  t.field({
    type: Appointment,
    description: 'One appointment; null when there is none. Costs one upstream request, for all its fields.',
    args: { id: t.arg.id({ required: true, description: "Its global id, or the upstream's own." }) },
    resolve: (_root, { id }, { loaders }, { path }) =>
      loaders.appointments.find(parseId('Appointment', id, 'id'), path),
  }),
)
