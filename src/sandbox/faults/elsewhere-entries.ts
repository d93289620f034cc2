import { createRoute, z } from '@hono/zod-openapi'
import type { Directory, Entry } from '../directory/directory.ts'
import { RESOURCES, type Resource } from '../directory/resources.ts'
import type { Row, Table, Value } from '../directory/table.ts'
import { readBody } from '../http/body.ts'
import { entryNotFound } from '../http/errors.ts'
import { rejectInvalid } from '../http/validation.ts'
import type { IdPrefix } from '../ids.ts'
import { formatInstant, truncateToSecond } from '../instants.ts'
import { recordEnvelope } from '../schema/envelope.ts'
import { REQUEST_ID } from '../schema/examples.ts'
import { bodyErrorResponses, errorResponse, FREE_HEADERS, jsonResponse } from '../schema/responses.ts'
import { nonEmptyText, notAnObject, reference } from '../schema/value.ts'
import type { Api } from '../services.ts'
import { transaction } from '../storage/transaction.ts'
import type { ElsewhereOptions } from './elsewhere.ts'

/**
 * `POST /_elsewhere/clinician-profiles`, `/locations`, `/appointment-templates` and `/patients` write people and places as
 * the clinic's own screens would: with an `id` they change an entry, without one they create it.
 */
export function serveElsewhereEntries(api: Api, options: ElsewhereOptions): void {
  for (const resource of RESOURCES) serveEntry(api, resource, options)
}

function serveEntry(
  api: Api,
  resource: Resource,
  { database, directory, organisation, ids, clock }: ElsewhereOptions,
): void {
  const table: Table<Entry> = directory[resource.table]
  api.openapi(routeOf(resource), (c) => {
    const { id, organisation: owner = organisation, ...given } = c.req.valid('json')
    const now = truncateToSecond(clock())
    const meta = { request_id: c.get('requestId') }
    if (id !== undefined) {
      const updated = table.update(owner, id, toColumns(given), now)
      if (!updated) throw entryNotFound(resource.kind)
      return c.json({ data: updated, meta }, 200)
    }
    const times = { created_at: formatInstant(now), updated_at: formatInstant(now) }
    const entry = { ...nothingOf(resource), ...given, id: ids(ID_PREFIXES[resource.table]), ...times }
    rejectInvalid({ target: 'json', ...resource.schema.safeParse(entry) })
    // The schema has each field of the entry, so the row has each column.
    const row = { ...toColumns(entry), created_at: now, updated_at: now } as Row<Entry>
    const created = transaction(database, () => table.insert(owner, row))
    return c.json({ data: created, meta }, 201)
  })
}

const ID_PREFIXES = {
  clinicians: 'cli',
  locations: 'loc',
  templates: 'type',
  patients: 'pat',
} as const satisfies Record<keyof Directory, IdPrefix>

/** The defaults of a new entry: it is active, and each other field is null or false. */
function nothingOf({ example }: Resource): Readonly<Record<string, boolean | null>> {
  const fields = Object.entries(example)
  return Object.fromEntries(
    fields.map(([field, value]) => [field, typeof value === 'boolean' ? field === 'is_active' : null]),
  )
}

function toColumns(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, Value>> {
  const entries = Object.entries(fields) as [string, Value | boolean][]
  return Object.fromEntries(
    entries.map(([field, value]) => [field, typeof value === 'boolean' ? Number(value) : value]),
  )
}

function routeOf(resource: Resource) {
  const { path, name, kind, schema, shape, example } = resource
  const writable = z.object(shape).omit({ id: true, created_at: true, updated_at: true }).partial().shape
  const targetFields = {
    id: reference.optional().openapi({ description: `The ${kind} to change; without it, a new one.` }),
    organisation: nonEmptyText
      .optional()
      .openapi({ description: "The organisation of the entry; without it, the first key's." }),
  }
  // Refuses unknown fields, because a test with a misspelled field would prove nothing. The type omits the fields that
  // differ between kinds.
  const body = z
    .strictObject({ ...writable, ...targetFields }, notAnObject)
    .openapi(`ElsewhereWriteOf${name.one}`) as unknown as z.ZodObject<typeof targetFields>
  const named = 'name' in example ? { name: example.name } : { first_name: example.first_name }
  const write = { id: example.id, ...named }
  const answer = (description: string) =>
    jsonResponse({
      description,
      schema: recordEnvelope(schema),
      example: { data: example, meta: { request_id: REQUEST_ID } },
      headers: FREE_HEADERS,
    })
  return createRoute({
    method: 'post',
    path: `/_elsewhere${path}`,
    operationId: `write${name.one}Elsewhere`,
    summary: `Write a ${kind} as the clinic's own screens would`,
    description: 'Without a key, and free of quota. It causes an event, as any change does.',
    security: [],
    tags: ['Faults'],
    middleware: [readBody],
    request: { body: { required: true, content: { 'application/json': { schema: body, example: write } } } },
    responses: {
      200: answer(`The complete ${kind}, changed.`),
      201: answer(`The complete ${kind}, created.`),
      404: errorResponse(`this organisation has no such ${kind}.`, entryNotFound(kind), FREE_HEADERS),
      ...bodyErrorResponses({ organisation: 'must not be empty' }, FREE_HEADERS),
    },
  })
}
