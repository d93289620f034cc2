import { builder, CLIENT_MUTATION_ID, EITHER_ID } from '../builder.ts'

type Fields = Parameters<Parameters<typeof builder.inputType>[1]['fields']>[0]

/** The common fields of a create and an update. */
const details = (t: Fields) => ({
  middleName: t.string({ description: 'The names between them.' }),
  preferredName: t.string({ description: 'The name that the patient prefers.' }),
  title: t.string({ description: 'The form of address, such as `Ms`.' }),
  dateOfBirth: t.string({ description: 'A date, such as `1984-02-29`.' }),
  biologicalSex: t.string({ description: "The biological sex, in the upstream's words." }),
  gender: t.string({ description: "The gender, in the upstream's words." }),
  nhsNumber: t.string({ description: 'The NHS number.' }),
  email: t.string({ description: 'The e-mail address.' }),
  phone: t.string({ description: 'The telephone number.' }),
  mobilePhone: t.string({ description: 'The number of the mobile phone.' }),
  addressLine1: t.string({ description: 'The first line of the address.' }),
  addressLine2: t.string({ description: 'The second line of the address.' }),
  addressLine3: t.string({ description: 'The third line of the address.' }),
  townCity: t.string({ description: 'The town or city.' }),
  postcode: t.string({ description: 'The postcode.' }),
  country: t.string({ description: 'The country.' }),
  status: t.string({ description: "Whether the record is in use, in the upstream's words." }),
})

export const CreatePatientInput = builder.inputType('CreatePatientInput', {
  description: 'A new patient.',
  fields: (t) => ({
    firstName: t.string({ required: true, description: 'The given name.' }),
    lastName: t.string({ required: true, description: 'The family name.' }),
    ...details(t),
    isDeceased: t.boolean({ description: 'Whether the patient has died; false by default.' }),
    idempotencyKey: t.string({
      description:
        'Makes the registration safe to send again: for 24 hours the same key with the same input gives the same patient, and with another input `CONFLICT`. As in `createAppointment`, each field of a document is separate, and by default the gateway generates a key.',
    }),
    clientMutationId: t.string({ description: CLIENT_MUTATION_ID.input }),
  }),
})

export const UpdatePatientInput = builder.inputType('UpdatePatientInput', {
  description: 'The changes of a patient. An absent field keeps its value; null clears it.',
  fields: (t) => ({
    id: t.id({ required: true, description: `Which patient. ${EITHER_ID}` }),
    firstName: t.string({ description: 'The given name. Not null.' }),
    lastName: t.string({ description: 'The family name. Not null.' }),
    ...details(t),
    isDeceased: t.boolean({ description: 'Whether the patient has died. Not null.' }),
    clientMutationId: t.string({ description: CLIENT_MUTATION_ID.input }),
  }),
})
