import { createRoute } from '@hono/zod-openapi'
import { PAGE_LIMIT } from '../../contract/list.ts'
import { requireScope } from '../http/authentication.ts'
import { entryNotFound } from '../http/errors.ts'
import { listEnvelope, recordEnvelope } from '../schema/envelope.ts'
import { REQUEST_ID } from '../schema/examples.ts'
import { pageQuerySchema } from '../schema/list-query.ts'
import { pathOf } from '../schema/path.ts'
import {
  commonErrorResponses,
  entryNotFoundResponse,
  jsonResponse,
  validationErrorResponse,
} from '../schema/responses.ts'
import type { Api, Services } from '../services.ts'
import { RESOURCES, type Resource } from './resources.ts'
import type { EntryQuery } from './table.ts'

/** Serves a list and a single read of each resource. List rows are complete objects. */
export function serveDirectoryReads(api: Api, services: Services): void {
  for (const resource of RESOURCES) {
    serveList(api, resource, services)
    serveRetrieve(api, resource, services)
  }
}

function serveList(api: Api, resource: Resource, { directory, knobs }: Services): void {
  const { path, name, kind, tag, scope, schema, example } = resource
  const page = pageQuerySchema(knobs.overRange)
  // The filters differ from list to list; the type has only the common parameters.
  const query = page.extend(resource.filters) as unknown as typeof page
  const route = createRoute({
    method: 'get',
    path,
    operationId: `list${name.many}`,
    summary: `List ${kind}s`,
    description: 'Oldest first. A row must match all given filters. There is no total.',
    tags: [tag],
    middleware: [requireScope(scope)],
    request: { query },
    responses: {
      200: jsonResponse({
        description: `One page of ${kind}s.`,
        schema: listEnvelope(schema),
        example: { data: [example], meta: META },
      }),
      400: validationErrorResponse({ limit: 'must be from 1 to 100' }),
      ...commonErrorResponses(scope),
    },
  })

  api.openapi(route, (c) => {
    const { limit, offset, ...filters } = c.req.valid('query')
    const requested = { limit, offset, ...toConditions(filters) }
    const hidesInactive =
      knobs.inactive === 'hidden' && resource.hasInactive && !('is_active' in requested.equal)
    const equal = hidesInactive ? { ...requested.equal, is_active: 1 } : requested.equal
    const { rows, hasMore } = directory[resource.table].list(c.get('caller').organisation, {
      ...requested,
      equal,
    })
    const meta = {
      limit,
      next_offset: hasMore ? offset + limit : null,
      has_more: hasMore,
      request_id: c.get('requestId'),
    }
    return c.json({ data: [...rows], meta }, 200)
  })
}

function serveRetrieve(api: Api, resource: Resource, { directory }: Services): void {
  const { path, name, kind, tag, scope, schema, example } = resource
  const route = createRoute({
    method: 'get',
    path: `${path}/{id}`,
    operationId: `retrieve${name.one}`,
    summary: `Retrieve one ${kind}`,
    description: 'Also one that is not active.',
    tags: [tag],
    middleware: [requireScope(scope)],
    request: { params: pathOf(example.id) },
    responses: {
      200: jsonResponse({
        description: `The ${kind}.`,
        schema: recordEnvelope(schema),
        example: { data: example, meta: { request_id: REQUEST_ID } },
      }),
      404: entryNotFoundResponse(kind),
      ...commonErrorResponses(scope),
    },
  })

  api.openapi(route, (c) => {
    const entry = directory[resource.table].find(c.get('caller').organisation, c.req.valid('param').id)
    if (!entry) throw entryNotFound(kind)
    return c.json({ data: entry, meta: { request_id: c.get('requestId') } }, 200)
  })
}

/** `search` compares several columns; any other filter is a column. */
function toConditions({
  search,
  ...columns
}: Readonly<Record<string, unknown>>): Pick<EntryQuery, 'search' | 'equal'> {
  const given = Object.entries(columns).filter(([, value]) => value !== undefined)
  const equal = given.map(([column, value]) => [
    column,
    typeof value === 'boolean' ? Number(value) : String(value),
  ])
  return { equal: Object.fromEntries(equal), ...(typeof search === 'string' && { search }) }
}

const META = { limit: PAGE_LIMIT.default, next_offset: null, has_more: false, request_id: REQUEST_ID }
