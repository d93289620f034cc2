import { HEADERS } from '../../contract/envelope.ts'
import type { QuotaCount, ResponseInfo } from '../errors.ts'

export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>

/** Reads the headers of a response. A malformed one counts as missing. */
export function readHeaders(
  status: number,
  headers: ResponseHeaders,
  requestId: string | undefined,
): ResponseInfo {
  const dateMs = readDate(headers.date)
  return {
    status,
    requestId: requestId ?? readText(headers[HEADERS.requestId]),
    quota: readQuota(headers),
    dateMs,
    retryAfterMs: readRetryAfter(headers['retry-after'], dateMs),
  }
}

function readQuota(headers: ResponseHeaders): QuotaCount | undefined {
  const limit = readCount(headers[HEADERS.limit])
  const remaining = readCount(headers[HEADERS.remaining])
  return limit === undefined || remaining === undefined ? undefined : { limit, remaining }
}

/** Seconds, or a date on the upstream's clock (RFC 9110, section 10.2.3). */
function readRetryAfter(header: unknown, dateMs: number | undefined): number | undefined {
  const seconds = readCount(header)
  if (seconds !== undefined) return seconds * 1000
  const until = readDate(header)
  return until === undefined || dateMs === undefined ? undefined : Math.max(0, until - dateMs)
}

function readCount(value: unknown): number | undefined {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined
}

function readDate(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
