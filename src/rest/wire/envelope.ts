import {
  failedUpstream,
  invalidResponse,
  type ResponseInfo,
  refusedByUpstream,
  type UpstreamError,
} from '../errors.ts'
import type { Reply } from '../pipe/pipe.ts'
import type { RawResponse } from './dispatch.ts'
import { readHeaders } from './headers.ts'

/**
 * Opens the envelope of any response, in the current or an older shape, under any HTTP status.
 *
 * The vendor has changed its envelope before without a new version. So the gateway requires only what it needs: `data` or an
 * `error`. 401, 403 and 429 have their HTTP meaning, whatever the code in the envelope.
 */
export function openEnvelope({ status, headers, body }: RawResponse): Reply {
  const envelope = asObject(parseJson(body))
  const meta = asObject(envelope?.meta) ?? {}
  const response = readHeaders(status, headers, asText(meta.request_id) ?? asText(envelope?.request_id))

  const isRefused = status < 200 || status > 299
  if (envelope?.error != null || isRefused) throw refusal(envelope, response)
  if (envelope === undefined || !isJson(headers['content-type']))
    throw unreadable('The upstream answered something that is not a JSON object.', response)
  if (envelope.data == null) throw unreadable('The upstream answered neither data nor an error.', response)
  return { data: envelope.data, meta, response, bytes: OBJECTS_TO_TEXT * body.length }
}

/** How much memory a parsed reply takes, as a multiple of its text: the objects, and the rows that the gateway builds. */
const OBJECTS_TO_TEXT = 3

function parseJson(body: Buffer): unknown {
  const text = body.toString()
  try {
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text)
  } catch {
    return undefined
  }
}

/** A response with another content type is not from the API; a response without one may be. */
function isJson(contentType: unknown): boolean {
  return contentType === undefined || /^application\/([\w.-]+\+)?json\b/i.test(String(contentType))
}

function unreadable(message: string, response: ResponseInfo): UpstreamError {
  return invalidResponse(message, response.requestId, response)
}

function refusal(envelope: JsonObject | undefined, response: ResponseInfo): UpstreamError {
  const { status } = response
  const error = envelope?.error
  const ownCode = readCode(asObject(error)?.code)
  const code = CODE_OF_STATUS_ALWAYS[status] ?? ownCode ?? codeOfStatus(status, error != null)
  if (status >= 500) return failedUpstream(code, response)
  const message =
    asText(asObject(error)?.message) ?? asText(error) ?? `The upstream refused the request (HTTP ${status}).`
  const details = asObject(error)?.details ?? envelope?.details
  return refusedByUpstream(code, message, details, response)
}

const CODE_OF_STATUS_ALWAYS: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  429: 'RATE_LIMITED',
}

const CODE_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'VALIDATION_ERROR',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  409: 'CONFLICT',
  422: 'VALIDATION_ERROR',
}

function codeOfStatus(status: number, hasError: boolean): string {
  if (status >= 500) return 'UPSTREAM_UNAVAILABLE'
  // A 4xx without an error in its body may be from a proxy in between (its 404 page), and proves nothing.
  return (hasError ? CODE_OF_STATUS[status] : undefined) ?? 'UPSTREAM_INVALID_RESPONSE'
}

function readCode(code: unknown): string | undefined {
  return typeof code === 'string' && /^\w{1,64}$/.test(code) ? code : undefined
}

type JsonObject = Readonly<Record<string, unknown>>

function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
