import { builder } from '../builder.ts'
import type { Reference } from '../reference.ts'

export const Clinician = builder.node(builder.objectRef<Reference<'Clinician'>>('Clinician'), {
  description:
    'Who sees the patient: a clinician profile. Only the id is known to the Appointments API, so asking for one costs nothing.',
  id: { resolve: ({ restId }) => restId },
  fields: (t) => ({
    restId: t.exposeID('restId', { nullable: false, description: "The upstream's own id." }),
  }),
})
