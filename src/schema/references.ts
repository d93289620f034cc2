import { builder } from './builder.ts'
import { parseId, type ReferenceKind } from './global-id.ts'
import { Node } from './node.ts'
import { FREE, type PriceTag } from './price-tag.ts'

/** The cost of the kinds for which the gateway reads all entries of the organisation together. */
const READ_TOGETHER =
  'Its ids and its `appointments` need no request for itself. The first other field of an operation reads all of its kind in the organisation, one upstream request for each 100, which the gateway caches for `DIRECTORY_TTL_SECONDS`; one that is not among them costs a request of its own. Where the key does not have the scope, these fields are `FORBIDDEN`; where none has this id, they are null.'

/**
 * The types that an appointment refers to, which differ only in these properties. `queryField` is the field of `Query`
 * that returns one, and `idField` the field of appointments, filters and inputs that has its id.
 */
export const REFERENCES = [
  {
    kind: 'Patient',
    queryField: 'patient',
    idField: 'patientId',
    description:
      'The patient of an appointment. Its ids and its `appointments` need no request for itself, so one that does not exist has no appointments. Its other fields together cost one upstream request, shared by all callers that request the same patient. Where the key does not have the scope, or the caller is limited to a clinician, they are `FORBIDDEN`; where the caller may read no such patient, they are null.',
  },
  {
    kind: 'Clinician',
    queryField: 'clinician',
    idField: 'clinicianId',
    description: `The clinician of an appointment: a clinician profile. ${READ_TOGETHER}`,
  },
  {
    kind: 'AppointmentType',
    queryField: 'appointmentType',
    idField: 'appointmentTypeId',
    description: `The kind of an appointment. ${READ_TOGETHER}`,
  },
  {
    kind: 'Location',
    queryField: 'location',
    idField: 'locationId',
    description: `Where appointments take place. ${READ_TOGETHER}`,
  },
] as const

export type ReferenceIdField = (typeof REFERENCES)[number]['idField']

for (const { kind, queryField, description } of REFERENCES) {
  builder.objectType(kind, {
    interfaces: [Node],
    description,
    fields: (t) => ({
      restId: t.exposeID('restId', { nullable: false, description: "The upstream's own id." }),
    }),
  })
  // The field sends no upstream request, so it returns a reference even for an id that does not exist.
  builder.queryField(queryField, (t) =>
    t.field({
      type: kind,
      description: 'A reference by its id, for its fields and appointments. Costs nothing by itself.',
      args: { id: t.arg.id({ required: true, description: "Its global id, or the upstream's own." }) },
      extensions: { price: priceOf(kind), minAtMost: 0 },
      resolve: (_root, { id }) => ({ kind, restId: parseId(kind, id, 'id') }),
    }),
  )
}

function priceOf(kind: ReferenceKind): PriceTag {
  return ({ id }: { id: string }) => [{ cost: FREE, reference: { kind, restId: parseId(kind, id, 'id') } }]
}
