import { builder } from '../builder.ts'
import { Node } from '../node-type.ts'
import type { Reference } from '../reference.ts'

export const Location = builder.objectRef<Reference<'Location'>>('Location').implement({
  interfaces: [Node],
  description:
    'Where appointments take place. Only the id is known to the Appointments API, so asking for one costs nothing.',
  fields: (t) => ({
    restId: t.exposeID('restId', { nullable: false, description: "The upstream's own id." }),
  }),
})
