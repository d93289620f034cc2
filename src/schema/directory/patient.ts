import { builder } from '../builder.ts'
import { entryField } from './entry-field.ts'

builder.objectFields('Patient', (t) => ({
  firstName: t.string({ ...entryField('Patient', 'firstName'), description: 'The given name.' }),
  lastName: t.string({ ...entryField('Patient', 'lastName'), description: 'The family name.' }),
  middleName: t.string({ ...entryField('Patient', 'middleName'), description: 'The names between them.' }),
  preferredName: t.string({
    ...entryField('Patient', 'preferredName'),
    description: 'The name that the patient prefers.',
  }),
  title: t.string({ ...entryField('Patient', 'title'), description: 'The form of address, such as `Ms`.' }),
  dateOfBirth: t.string({
    ...entryField('Patient', 'dateOfBirth'),
    description: 'A date, such as `1984-02-29`.',
  }),
  biologicalSex: t.string({
    ...entryField('Patient', 'biologicalSex'),
    description: "The biological sex, in the upstream's words.",
  }),
  gender: t.string({
    ...entryField('Patient', 'gender'),
    description: "The gender, in the upstream's words.",
  }),
  nhsNumber: t.string({
    ...entryField('Patient', 'nhsNumber'),
    description: 'The NHS number, as the upstream writes it.',
  }),
  email: t.string({ ...entryField('Patient', 'email'), description: 'The e-mail address.' }),
  phone: t.string({ ...entryField('Patient', 'phone'), description: 'The telephone number.' }),
  mobilePhone: t.string({
    ...entryField('Patient', 'mobilePhone'),
    description: 'The number of the mobile phone.',
  }),
  addressLine1: t.string({
    ...entryField('Patient', 'addressLine1'),
    description: 'The first line of the address.',
  }),
  addressLine2: t.string({
    ...entryField('Patient', 'addressLine2'),
    description: 'The second line of the address.',
  }),
  addressLine3: t.string({
    ...entryField('Patient', 'addressLine3'),
    description: 'The third line of the address.',
  }),
  townCity: t.string({ ...entryField('Patient', 'townCity'), description: 'The town or city.' }),
  postcode: t.string({ ...entryField('Patient', 'postcode'), description: 'The postcode.' }),
  country: t.string({
    ...entryField('Patient', 'country'),
    description: 'The country, as the upstream writes it.',
  }),
  status: t.string({
    ...entryField('Patient', 'status'),
    description: "Whether the record is in use, in the upstream's words.",
  }),
  isDeceased: t.boolean({
    ...entryField('Patient', 'isDeceased'),
    description: 'Whether the patient has died.',
  }),
  createdAt: t.field({
    type: 'DateTime',
    ...entryField('Patient', 'createdAt'),
    description: 'When the record was created.',
  }),
  updatedAt: t.field({
    type: 'DateTime',
    ...entryField('Patient', 'updatedAt'),
    description: 'When the record last changed.',
  }),
}))
