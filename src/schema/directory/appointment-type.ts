import { builder } from '../builder.ts'
import { entryField } from './entry-field.ts'

builder.objectFields('AppointmentType', (t) => ({
  name: t.string({
    ...entryField('AppointmentType', 'name'),
    description: 'The name of this kind of appointment.',
  }),
  description: t.string({
    ...entryField('AppointmentType', 'description'),
    description: 'The purpose of this kind of appointment.',
  }),
  durationMinutes: t.int({
    ...entryField('AppointmentType', 'durationMinutes'),
    description: 'How long it is meant to last, in minutes.',
  }),
  isActive: t.boolean({
    ...entryField('AppointmentType', 'isActive'),
    description: 'False for a kind that is no longer booked.',
  }),
  createdAt: t.field({
    type: 'DateTime',
    ...entryField('AppointmentType', 'createdAt'),
    description: 'When the record was created.',
  }),
  updatedAt: t.field({
    type: 'DateTime',
    ...entryField('AppointmentType', 'updatedAt'),
    description: 'When the record last changed.',
  }),
}))
