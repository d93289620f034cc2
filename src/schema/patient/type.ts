import { builder } from '../builder.ts'
import type { Reference } from '../reference.ts'

export const Patient = builder.node(builder.objectRef<Reference<'Patient'>>('Patient'), {
  description:
    'Who is seen. Only the id is known to the Appointments API, so asking for a patient costs nothing, and one that does not exist has no appointments.',
  id: { resolve: ({ restId }) => restId },
  fields: (t) => ({
    restId: t.exposeID('restId', { nullable: false, description: "The upstream's own id." }),
  }),
})
