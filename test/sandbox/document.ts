import { z } from 'zod'

type Schema = Parameters<typeof z.fromJSONSchema>[0]
type Json = Readonly<Record<string, unknown>>

interface Operation {
  readonly responses: Readonly<Record<string, { content: { 'application/json': { schema: Json } } }>>
}

export interface ApiDocument {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Json>> }
}

/**
 * The schema of the response with `status` to `route`, such as `GET /appointments/{id}`; `undefined` if the document
 * has none. The schema is strict: it rejects properties that the document does not name.
 */
export function responseSchema(document: ApiDocument, route: string, status: number): z.ZodType | undefined {
  const [method = '', path = ''] = route.split(' ')
  const schema =
    document.paths[path]?.[method.toLowerCase()]?.responses[status]?.content['application/json'].schema
  return schema && z.fromJSONSchema(resolve(document, schema) as Schema)
}

/** Every documented response, written as `GET /appointments/{id} 404`. */
export function documentedResponses(document: ApiDocument): Set<string> {
  const responses = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { responses }]) =>
      Object.keys(responses).map((status) => `${method.toUpperCase()} ${path} ${status}`),
    ),
  )
  return new Set(responses)
}

function resolve(document: ApiDocument, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(document, item))
  if (typeof value !== 'object' || value === null) return value
  if ('$ref' in value)
    return resolve(document, document.components.schemas[String(value.$ref).split('/').at(-1) ?? ''])
  const entries = Object.entries(value).map(([key, item]) => [key, resolve(document, item)])
  return Object.fromEntries('properties' in value ? [...entries, ['additionalProperties', false]] : entries)
}
