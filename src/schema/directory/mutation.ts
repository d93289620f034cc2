import type { PatientChanges } from '../../loaders/directory/directory.ts'
import { idempotencySourceOf } from '../appointment/create-info.ts'
import { builder, CLIENT_MUTATION_ID } from '../builder.ts'
import { UserInputError } from '../errors.ts'
import { parseId, type Reference } from '../global-id.ts'
import { ONE, type PriceTag } from '../price-tag.ts'
import { CreatePatientInput, UpdatePatientInput } from './patient-inputs.ts'

interface Payload {
  readonly clientMutationId: string | null | undefined
  readonly patient: Reference<'Patient'>
}

const MAY_COST =
  "Fields that the upstream's response does not have cost one more request in total, and only when selected."

const CreatePatientPayload = builder.objectRef<Payload>('CreatePatientPayload').implement({
  description: 'The result of a registration.',
  fields: (t) => ({
    clientMutationId: t.exposeString('clientMutationId', { description: CLIENT_MUTATION_ID.payload }),
    patient: t.expose('patient', { type: 'Patient', description: `The new patient. ${MAY_COST}` }),
  }),
})

const UpdatePatientPayload = builder.objectRef<Payload>('UpdatePatientPayload').implement({
  description: 'The result of an update.',
  fields: (t) => ({
    clientMutationId: t.exposeString('clientMutationId', { description: CLIENT_MUTATION_ID.payload }),
    patient: t.expose('patient', { type: 'Patient', description: `The patient as it is now. ${MAY_COST}` }),
  }),
})

/** Includes a read of the patient, because the upstream's response may not have all fields. */
const price: PriceTag = () => [
  { cost: ONE, entries: { count: 1 }, reference: { kind: 'Patient', restId: '' } },
]

builder.mutationFields((t) => ({
  createPatient: t.field({
    extensions: { price, minAtMost: 1 },
    type: CreatePatientPayload,
    description:
      'Registers a patient: one upstream request, safe to repeat with the same `idempotencyKey`. `FORBIDDEN` for a caller that is limited to a patient or a clinician.',
    args: { input: t.arg({ type: CreatePatientInput, required: true, description: 'Whom to register.' }) },
    resolve: async (_root, { input }, { loaders }, info) => ({
      clientMutationId: input.clientMutationId,
      patient: await loaders.directory.createPatient(toCreation(input), idempotencySourceOf(info)),
    }),
  }),
  updatePatient: t.field({
    extensions: { price, minAtMost: 1 },
    type: UpdatePatientPayload,
    description:
      'Changes a patient: one upstream request. A caller that is limited to a patient may change only that patient, and one that is limited to a clinician none.',
    args: { input: t.arg({ type: UpdatePatientInput, required: true, description: 'What to change.' }) },
    resolve: async (_root, { input }, { loaders }) => {
      const id = parseId('Patient', input.id, 'input.id')
      return {
        clientMutationId: input.clientMutationId,
        patient: await loaders.directory.updatePatient(id, toUpdate(input)),
      }
    },
  }),
}))

/** Removes nulls, since a new patient has no value to clear. Throws a `UserInputError`. */
function toCreation(input: typeof CreatePatientInput.$inferInput): PatientChanges {
  const { idempotencyKey, clientMutationId, ...fields } = input
  if (idempotencyKey != null && !/^.{1,255}$/su.test(idempotencyKey))
    throw new UserInputError('input.idempotencyKey', 'An idempotency key has 1 to 255 characters.')
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
}

const NOT_NULLABLE = ['firstName', 'lastName', 'isDeceased'] as const

/** An absent field keeps its value, a null clears it. Throws a `UserInputError`. */
function toUpdate(input: typeof UpdatePatientInput.$inferInput): PatientChanges {
  const { id, clientMutationId, ...fields } = input
  for (const name of NOT_NULLABLE)
    if (fields[name] === null)
      throw new UserInputError(`input.${name}`, `${name} can be changed, not cleared.`)
  const changes = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
  if (Object.keys(changes).length === 0) throw new UserInputError('input', 'The update changes nothing.')
  return changes
}
