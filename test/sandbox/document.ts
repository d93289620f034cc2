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
 * What the document says of an answer of `route` (`GET /appointments/{id}`) with `status`; `undefined` if it says
 * nothing. Taken strictly: what the document doesn't name must not be there.
 */
export function documentedAnswer(
  document: ApiDocument,
  route: string,
  status: number,
): z.ZodType | undefined {
  const [method = '', path = ''] = route.split(' ')
  const schema =
    document.paths[path]?.[method.toLowerCase()]?.responses[status]?.content['application/json'].schema
  return schema && z.fromJSONSchema(resolve(document, schema) as Schema)
}

/** Each as `GET /appointments/{id} 404`. */
export function documentedAnswers(document: ApiDocument): Set<string> {
  const answers = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { responses }]) =>
      Object.keys(responses).map((status) => `${method.toUpperCase()} ${path} ${status}`),
    ),
  )
  return new Set(answers)
}

function resolve(document: ApiDocument, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(document, item))
  if (typeof value !== 'object' || value === null) return value
  if ('$ref' in value)
    return resolve(document, document.components.schemas[String(value.$ref).split('/').at(-1) ?? ''])
  const entries = Object.entries(value).map(([key, item]) => [key, resolve(document, item)])
  return Object.fromEntries('properties' in value ? [...entries, ['additionalProperties', false]] : entries)
}
