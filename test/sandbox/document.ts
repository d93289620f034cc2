import { z } from 'zod'

type Json = Readonly<Record<string, unknown>>

export interface ApiDocument {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly webhooks: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, Response>>
}

interface Response {
  readonly description: string
  readonly headers: Readonly<Record<string, { readonly schema: Schema }>>
  readonly content: Content
}

interface Content {
  readonly 'application/json': { readonly schema: Schema; readonly example: Json }
}

interface Schema {
  readonly $ref?: string
  readonly example?: unknown
  readonly readOnly?: boolean
  readonly properties?: Readonly<Record<string, Schema>>
}

/**
 * The schema of the response with `status` to `route`, such as `GET /appointments/{id}`; `undefined` if the document
 * has none. The schema is strict: it rejects properties that the document does not name.
 */
export function responseSchema(document: ApiDocument, route: string, status: number): z.ZodType | undefined {
  const schema = operationOf(document, route)?.responses[status]?.content['application/json'].schema
  return schema && z.fromJSONSchema(resolve(document, schema) as Parameters<typeof z.fromJSONSchema>[0])
}

/** The request to a webhook: its operation in the document, and the strict schema of its body. */
export function documentedEvent(document: ApiDocument, name = 'appointmentChanged') {
  const operation = document.webhooks[name]?.post
  const { schema, example } = operation?.requestBody?.content['application/json'] ?? {}
  const strict = resolve(document, schema) as Parameters<typeof z.fromJSONSchema>[0]
  const headers = operation?.parameters?.map(({ name }) => name)
  return { schema: z.fromJSONSchema(strict), example, headers }
}

/** The operation of a route, such as `GET /appointments/{id}`; `undefined` if the document has none. */
export function operationOf({ paths }: ApiDocument, route: string): Operation | undefined {
  const [method = '', path = ''] = route.split(' ')
  return paths[path]?.[method.toLowerCase()]
}

/** The example of a response, or of the body of a request if there is no status. */
export function exampleOf(document: ApiDocument, route: string, status?: number) {
  const operation = operationOf(document, route)
  const { content } = (status === undefined ? operation?.requestBody : operation?.responses[status]) ?? {}
  // biome-ignore lint/suspicious/noExplicitAny: the tests assert the shape of the example themselves.
  return content?.['application/json'].example as any
}

/** Every documented response, with its route and its status. */
export function documentedResponses({ paths }: ApiDocument) {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { responses }]) =>
      Object.entries(responses).map(([status, response]) => ({
        ...response,
        route: `${method.toUpperCase()} ${path}`,
        status: Number(status),
      })),
    ),
  )
}

function resolve(document: ApiDocument, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(document, item))
  if (typeof value !== 'object' || value === null) return value
  if ('$ref' in value)
    return resolve(document, document.components.schemas[String(value.$ref).split('/').at(-1) ?? ''])
  const entries = Object.entries(value).map(([key, item]) => [key, resolve(document, item)])
  return Object.fromEntries('properties' in value ? [...entries, ['additionalProperties', false]] : entries)
}
