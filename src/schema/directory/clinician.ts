import { builder } from '../builder.ts'
import { entryField } from './entry-field.ts'

builder.objectFields('Clinician', (t) => ({
  name: t.string({ ...entryField('Clinician', 'name'), description: 'The full name.' }),
  displayName: t.string({
    ...entryField('Clinician', 'displayName'),
    description: 'The name for patients, such as `Dr Maya Lindqvist`.',
  }),
  firstName: t.string({ ...entryField('Clinician', 'firstName'), description: 'The given name.' }),
  lastName: t.string({ ...entryField('Clinician', 'lastName'), description: 'The family name.' }),
  title: t.string({ ...entryField('Clinician', 'title'), description: 'The form of address, such as `Dr`.' }),
  role: t.string({
    ...entryField('Clinician', 'role'),
    description: 'The role of the clinician, such as `Physiotherapist`.',
  }),
  email: t.string({ ...entryField('Clinician', 'email'), description: 'The e-mail address at work.' }),
  bio: t.string({ ...entryField('Clinician', 'bio'), description: 'A few words for patients.' }),
  photoUrl: t.string({ ...entryField('Clinician', 'photoUrl'), description: 'The address of a portrait.' }),
  qualifications: t.string({
    ...entryField('Clinician', 'qualifications'),
    description: "In the upstream's own form: its text, or JSON where it gives a list.",
  }),
  registrationNumber: t.string({
    ...entryField('Clinician', 'registrationNumber'),
    description: 'The number in the register of the profession.',
  }),
  professionalRegistrationBody: t.string({
    ...entryField('Clinician', 'professionalRegistrationBody'),
    description: 'The body that keeps that register.',
  }),
  isActive: t.boolean({
    ...entryField('Clinician', 'isActive'),
    description: 'False for a clinician who no longer works here.',
  }),
  isBookableOnline: t.boolean({
    ...entryField('Clinician', 'isBookableOnline'),
    description: 'Whether patients can book this clinician themselves.',
  }),
  createdAt: t.field({
    type: 'DateTime',
    ...entryField('Clinician', 'createdAt'),
    description: 'When the record was created.',
  }),
  updatedAt: t.field({
    type: 'DateTime',
    ...entryField('Clinician', 'updatedAt'),
    description: 'When the record last changed.',
  }),
}))
