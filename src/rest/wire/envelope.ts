import { type Heard, invalidResponse, UpstreamError } from '../errors.ts'
import type { Reply } from '../pipe/pipe.ts'
import { type AnswerHeaders, readHeaders } from './headers.ts'

export interface RawAnswer {
  readonly status: number
  readonly headers: AnswerHeaders
  /** What the body says as JSON; undefined where it is none. */
  readonly body: unknown
  /** How long it is. */
  readonly bytes: number
}

/**
 * Opens the envelope of any answer, in today's or an older shape, under any HTTP status.
 *
 * The vendor has changed its envelope under the same version before, so only what is needed is asked of it: `data`, or
 * an `error`. 401, 403 and 429 mean what HTTP says, whatever the envelope calls them.
 */
export function openEnvelope({ status, headers, body, bytes }: RawAnswer): Reply {
  const envelope = asObject(body)
  const meta = asObject(envelope?.meta) ?? {}
  const heard = readHeaders(status, headers, asText(meta.request_id) ?? asText(envelope?.request_id))

  const isRefused = status < 200 || status > 299
  if (envelope?.error != null || isRefused) throw refusal(envelope, heard)
  if (envelope === undefined || !isJson(headers['content-type']))
    throw nonsense('The upstream answered something that is not a JSON object.', heard)
  if (envelope.data == null) throw nonsense('The upstream answered neither data nor an error.', heard)
  return { data: envelope.data, meta, heard, bytes: OBJECTS_TO_TEXT * bytes }
}

/** How many times its text an answer takes once it is read: whole rows, and what is made of them. */
const OBJECTS_TO_TEXT = 3

/** Data under another type comes from something else than the API; what says no type may be it. */
function isJson(contentType: unknown): boolean {
  return contentType === undefined || /^application\/([\w.-]+\+)?json\b/i.test(String(contentType))
}

function nonsense(message: string, heard: Heard): UpstreamError {
  return invalidResponse(message, heard.requestId, heard)
}

function refusal(envelope: JsonObject | undefined, heard: Heard): UpstreamError {
  const { status, requestId } = heard
  const error = envelope?.error
  const ownCode = readCode(asObject(error)?.code)
  const code = CODE_OF_STATUS_ALWAYS[status] ?? ownCode ?? codeOfStatus(status, error != null)
  // What a failing server says of itself is meant for its operators, so it stays here.
  if (status >= 500)
    return new UpstreamError(code, `The upstream failed (HTTP ${status}).`, { status, requestId }, heard)
  const message =
    asText(asObject(error)?.message) ?? asText(error) ?? `The upstream refused the request (HTTP ${status}).`
  const details = asObject(error)?.details ?? envelope?.details
  return new UpstreamError(code, message, { status, requestId, details }, heard)
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
  // Without an error in the body a 4xx may come from something in between (a proxy's 404 page) and proves nothing.
  return (hasError ? CODE_OF_STATUS[status] : undefined) ?? 'UPSTREAM_INVALID_RESPONSE'
}

function readCode(code: unknown): string | undefined {
  return typeof code === 'string' && /^\w{1,64}$/.test(code) ? code : undefined
}

type JsonObject = Readonly<Record<string, unknown>>

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
