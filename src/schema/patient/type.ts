import { builder } from '../builder.ts'
import { Node } from '../node-type.ts'
import type { Reference } from '../reference.ts'

export const Patient = builder.objectRef<Reference<'Patient'>>('Patient').implement({
  interfaces: [Node],
  description:
    'Who is seen. Only the id is known to the Appointments API, so asking for a patient costs nothing, and one that does not exist has no appointments.',
  fields: (t) => ({
    restId: t.exposeID('restId', { nullable: false, description: "The upstream's own id." }),
  }),
})
