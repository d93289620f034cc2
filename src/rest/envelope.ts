import { HEADERS } from '../contract/envelope.ts'
import { invalidResponse, type Quota, UpstreamError } from './errors.ts'
import type { Reply } from './pipe.ts'

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/**
 * Opens the envelope of any answer, in today's or an older shape, under any HTTP status.
 *
 * The vendor has changed its envelope under the same version before, so only what is needed is asked of it: `data`, or
 * an `error`. 401, 403 and 429 mean what HTTP says, whatever the envelope calls them.
 */
export function openEnvelope(answer: RawAnswer): Reply {
  const envelope = parseObject(answer.body)
  const meta = asObject(envelope?.meta) ?? {}
  const requestId =
    asText(meta.request_id) ?? asText(envelope?.request_id) ?? asText(answer.headers[HEADERS.requestId])
  const context: Context = { status: answer.status, requestId, quota: readQuota(answer.headers) }

  const refused = answer.status < 200 || answer.status > 299
  if (envelope?.error != null || refused) throw refusal(envelope, context)
  if (envelope === undefined)
    throw invalidResponse('The upstream answered something that is not a JSON object.', context)
  if (envelope.data == null)
    throw invalidResponse('The upstream answered neither data nor an error.', context)
  return { data: envelope.data, meta, requestId, quota: context.quota }
}

interface Context {
  readonly status: number
  readonly requestId: string | undefined
  readonly quota: Quota | undefined
}

function refusal(envelope: JsonObject | undefined, context: Context): UpstreamError {
  const { status } = context
  const error = envelope?.error
  const ownCode = readCode(asObject(error)?.code)
  const code = CODE_OF_STATUS_ALWAYS[status] ?? ownCode ?? codeOfStatus(status, error != null)
  const fallback = `The upstream refused the request (HTTP ${status}).`
  // What a failing server says of itself is meant for its operators, so it stays here.
  if (status >= 500) return new UpstreamError(code, `The upstream failed (HTTP ${status}).`, context)
  const message = asText(asObject(error)?.message) ?? asText(error) ?? fallback
  const details = asObject(error)?.details ?? envelope?.details
  return new UpstreamError(code, message, { ...context, details })
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

function readQuota(headers: RawAnswer['headers']): Quota | undefined {
  const limit = asCount(headers[HEADERS.limit])
  const remaining = asCount(headers[HEADERS.remaining])
  return limit === undefined || remaining === undefined ? undefined : { limit, remaining }
}

type JsonObject = Readonly<Record<string, unknown>>

function parseObject(body: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(body))
  } catch {
    return undefined
  }
}

function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function asCount(value: unknown): number | undefined {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined
}
