import type { RouteConfig, z } from '@hono/zod-openapi'
import { HEADERS } from '../../contract/envelope.ts'
import { MAX_BODY_BYTES } from '../http/body.ts'
import type { Scope } from '../http/context.ts'
import { errorEnvelope } from '../http/error-handler.ts'
import {
  type ApiError,
  appointmentNotFound,
  entryNotFound,
  forbidden,
  internalError,
  payloadTooLarge,
  rateLimited,
  unauthorized,
  unsupportedMediaType,
  validationError,
  webhookNotFound,
} from '../http/errors.ts'
import { errorSchema } from './envelope.ts'
import { REQUEST_ID } from './examples.ts'

type ResponseHeaders = NonNullable<Exclude<RouteConfig['responses'][number], { $ref: string }>['headers']>

/** The headers of responses that cost no quota. */
export const FREE_HEADERS: ResponseHeaders = {
  [HEADERS.requestId]: {
    description: 'The id of this request, to quote to support.',
    schema: { type: 'string', example: REQUEST_ID },
  },
}

const COUNTED_HEADERS = countedHeaders({ remaining: 999 })

function countedHeaders({ remaining }: { readonly remaining: number }): ResponseHeaders {
  return {
    ...FREE_HEADERS,
    [HEADERS.limit]: {
      description: 'Requests that this key may send in a clock hour.',
      schema: { type: 'integer', example: 1000 },
    },
    [HEADERS.remaining]: {
      description: 'Requests left in this clock hour.',
      schema: { type: 'integer', example: remaining },
    },
  }
}

interface JsonResponse<Schema extends z.ZodType> {
  readonly description: string
  readonly schema: Schema
  /** The answer of a mock of the API. */
  readonly example: NoInfer<z.output<Schema>>
  readonly headers?: ResponseHeaders
}

export function jsonResponse<Schema extends z.ZodType>({
  description,
  schema,
  example,
  headers = COUNTED_HEADERS,
}: JsonResponse<Schema>) {
  return { description, headers, content: { 'application/json': { schema, example } } }
}

/** The response to `error`, which is the example. */
export function errorResponse(description: string, error: ApiError, headers = COUNTED_HEADERS) {
  const example = errorEnvelope(error, REQUEST_ID)
  return jsonResponse({ description: `${error.code}: ${description}`, schema: errorSchema, example, headers })
}

/** `fields` is the example: a problem by field. */
export function validationErrorResponse(fields: Readonly<Record<string, string>>, headers = COUNTED_HEADERS) {
  const description = '`details.fields` names each parameter or field at fault.'
  return errorResponse(description, validationError(fields), headers)
}

/** The errors of every route with a body. */
export function bodyErrorResponses(fields: Readonly<Record<string, string>>, headers = COUNTED_HEADERS) {
  return {
    400: validationErrorResponse(fields, headers),
    413: errorResponse('the body is over 1 MB.', payloadTooLarge(MAX_BODY_BYTES), headers),
    415: errorResponse('the content type of the body is not JSON.', unsupportedMediaType(), headers),
  }
}

/** The errors of every route that needs a key with `scope`. */
export function commonErrorResponses(scope: Scope) {
  return {
    401: errorResponse('no key, or an unknown one.', unauthorized(), FREE_HEADERS),
    403: errorResponse('the key does not have the scope.', forbidden(scope)),
    429: errorResponse(
      'the quota of this clock hour is spent.',
      rateLimited(),
      countedHeaders({ remaining: 0 }),
    ),
    500: errorResponse('a fault of the server.', internalError()),
  }
}

export const notFoundResponse = errorResponse(
  'this organisation has no such appointment.',
  appointmentNotFound(),
)

export const webhookNotFoundResponse = errorResponse(
  'this organisation has no such webhook.',
  webhookNotFound(),
)

/** `kind` is for descriptions, such as `patient`. */
export function entryNotFoundResponse(kind: string) {
  return errorResponse(`this organisation has no such ${kind}.`, entryNotFound(kind))
}
