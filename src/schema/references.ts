import { builder } from './builder.ts'
import { parseId, type ReferenceKind } from './global-id.ts'
import { Node } from './node.ts'
import { FREE, type PriceTag } from './price-tag.ts'

const ONLY_AN_ID = 'Only the id is known to the Appointments API, so asking for one costs nothing.'

/**
 * The types that an appointment points at; they differ in these words only. `queryField` is the field of `Query` that
 * returns one, and `idField` the field of appointments, filters and inputs that has its id.
 */
export const REFERENCES = [
  {
    kind: 'Patient',
    queryField: 'patient',
    idField: 'patientId',
    description:
      'Who is seen. Only the id is known to the Appointments API, so asking for a patient costs nothing, and one that does not exist has no appointments.',
  },
  {
    kind: 'Clinician',
    queryField: 'clinician',
    idField: 'clinicianId',
    description: `Who sees the patient: a clinician profile. ${ONLY_AN_ID}`,
  },
  {
    kind: 'AppointmentType',
    queryField: 'appointmentType',
    idField: 'appointmentTypeId',
    description: `What kind of appointment it is. ${ONLY_AN_ID}`,
  },
  {
    kind: 'Location',
    queryField: 'location',
    idField: 'locationId',
    description: `Where appointments take place. ${ONLY_AN_ID}`,
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
      description: 'A reference by its id, to ask for its appointments. Costs nothing by itself.',
      args: { id: t.arg.id({ required: true, description: "Its global id, or the upstream's own." }) },
      extensions: { price: priceOf(kind), minAtMost: 0 },
      resolve: (_root, { id }) => ({ kind, restId: parseId(kind, id, 'id') }),
    }),
  )
}

function priceOf(kind: ReferenceKind): PriceTag {
  return ({ id }: { id: string }) => [{ cost: FREE, reference: { kind, restId: parseId(kind, id, 'id') } }]
}
