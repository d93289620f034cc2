import type { Knobs } from '../options.ts'
import { eventWebhooks } from '../schema/event.ts'
import type { Api } from '../services.ts'
import { nullAsAlternative } from './nullable.ts'

export interface DocumentOptions {
  /** Whether the control endpoints are open. */
  readonly hasFaults: boolean
  readonly knobs: Knobs
}

/** Serves the OpenAPI document, generated from the schemas that validate requests. Its server is the host of the request. */
export function serveDocument(api: Api, { hasFaults, knobs }: DocumentOptions): void {
  api.openAPIRegistry.registerComponent('securitySchemes', 'key', { type: 'http', scheme: 'bearer' })
  for (const webhook of eventWebhooks(knobs)) api.openAPIRegistry.registerWebhook(webhook)
  api.get('/openapi.json', (c) => {
    const document = api.getOpenAPI31Document({
      openapi: '3.1.0',
      info: {
        title: 'Appointments API',
        version: 'v1',
        description: DESCRIPTION,
        license: { name: 'MIT License', url: 'https://spdx.org/licenses/MIT.html' },
      },
      servers: [{ url: new URL(c.req.url).origin }],
      security: [{ key: [] }],
      tags: hasFaults ? [...TAGS, FAULTS] : TAGS,
    })
    return c.json(nullAsAlternative(document) as object)
  })
}

const APPOINTMENTS = { name: 'Appointments', description: 'Patients meet clinicians at a time and a place.' }
const WEBHOOKS = { name: 'Webhooks', description: 'Receivers of events about changes, by a signed POST.' }
const TAGS = [
  APPOINTMENTS,
  { name: 'Clinicians', description: 'Who sees patients.' },
  { name: 'Locations', description: 'Where appointments take place.' },
  { name: 'Appointment templates', description: 'What kinds of appointment there are.' },
  { name: 'Patients', description: 'Who is seen.' },
  WEBHOOKS,
]
const FAULTS = { name: 'Faults', description: 'Errors, and changes from elsewhere, on request: for tests.' }

const DESCRIPTION = [
  'Appointments connect patients with clinicians at specific times and locations.',
  'The API ignores query parameters and body fields that are not named here. It reads instants in ISO 8601 with a',
  'zone, to the millisecond, and returns them in UTC. Every request with a known key counts against its quota,',
  'whatever the response.',
].join(' ')
