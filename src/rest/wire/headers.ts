import { HEADERS } from '../../contract/envelope.ts'
import type { QuotaCount, ResponseInfo } from '../errors.ts'
import { parseHttpDate } from './http-date.ts'

export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>

/** Reads the headers of a response. A header that is invalid, or occurs twice, counts as missing. */
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
  // A limit of 0 would refuse every request: it is from a mock server, and is no quota.
  return limit && remaining !== undefined ? { limit, remaining } : undefined
}

/** Seconds, or a date on the upstream's clock (RFC 9110, section 10.2.3). */
function readRetryAfter(header: unknown, dateMs: number | undefined): number | undefined {
  const seconds = readCount(header)
  if (seconds !== undefined) return seconds * 1000
  const until = readDate(header)
  return until === undefined || dateMs === undefined ? undefined : Math.max(0, until - dateMs)
}

function readCount(value: unknown): number | undefined {
  return typeof value === 'string' && /^\d{1,15}$/.test(value.trim()) ? Number(value) : undefined
}

function readDate(value: unknown): number | undefined {
  return typeof value === 'string' ? parseHttpDate(value.trim()) : undefined
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
