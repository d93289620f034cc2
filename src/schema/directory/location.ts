import { builder } from '../builder.ts'
import { entryField } from './entry-field.ts'

builder.objectFields('Location', (t) => ({
  name: t.string({ ...entryField('Location', 'name'), description: 'The name of the site.' }),
  addressLine1: t.string({
    ...entryField('Location', 'addressLine1'),
    description: 'The first line of the address.',
  }),
  addressLine2: t.string({
    ...entryField('Location', 'addressLine2'),
    description: 'The second line of the address.',
  }),
  addressLine3: t.string({
    ...entryField('Location', 'addressLine3'),
    description: 'The third line of the address.',
  }),
  townCity: t.string({ ...entryField('Location', 'townCity'), description: 'The town or city.' }),
  postcode: t.string({ ...entryField('Location', 'postcode'), description: 'The postcode.' }),
  country: t.string({
    ...entryField('Location', 'country'),
    description: 'The country, as the upstream writes it.',
  }),
  phone: t.string({ ...entryField('Location', 'phone'), description: 'The telephone number.' }),
  email: t.string({ ...entryField('Location', 'email'), description: 'The e-mail address.' }),
  latitude: t.float({ ...entryField('Location', 'latitude'), description: 'Degrees north of the equator.' }),
  longitude: t.float({ ...entryField('Location', 'longitude'), description: 'Degrees east of Greenwich.' }),
  timeZone: t.string({
    ...entryField('Location', 'timeZone'),
    description: 'The time zone of the site: an IANA name, such as `Europe/London`.',
  }),
  openingHours: t.string({
    ...entryField('Location', 'openingHours'),
    description: "In the upstream's own form: its text, or JSON where it gives a structure.",
  }),
  isPrimary: t.boolean({
    ...entryField('Location', 'isPrimary'),
    description: "Whether it is the organisation's main site.",
  }),
  isActive: t.boolean({
    ...entryField('Location', 'isActive'),
    description: 'False for a site that is closed.',
  }),
  createdAt: t.field({
    type: 'DateTime',
    ...entryField('Location', 'createdAt'),
    description: 'When the record was created.',
  }),
  updatedAt: t.field({
    type: 'DateTime',
    ...entryField('Location', 'updatedAt'),
    description: 'When the record last changed.',
  }),
}))
