import { builder } from '../builder.ts'
import type { Reference } from '../reference.ts'

export const Location = builder.node(builder.objectRef<Reference<'Location'>>('Location'), {
  description:
    'Where appointments take place. Only the id is known to the Appointments API, so asking for one costs nothing.',
  id: { resolve: ({ restId }) => restId },
  fields: (t) => ({
    restId: t.exposeID('restId', { nullable: false, description: "The upstream's own id." }),
  }),
})
