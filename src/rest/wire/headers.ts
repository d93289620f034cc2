import { HEADERS } from '../../contract/envelope.ts'
import type { Heard, Quota } from '../errors.ts'

export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>

/** Reads the headers of an answer. What is malformed was not said. */
export function readHeaders(status: number, headers: AnswerHeaders, requestId: string | undefined): Heard {
  const dateMs = instantOf(headers.date)
  return {
    status,
    requestId: requestId ?? textOf(headers[HEADERS.requestId]),
    quota: quotaOf(headers),
    dateMs,
    retryAfterMs: retryAfterOf(headers['retry-after'], dateMs),
  }
}

function quotaOf(headers: AnswerHeaders): Quota | undefined {
  const limit = countOf(headers[HEADERS.limit])
  const remaining = countOf(headers[HEADERS.remaining])
  return limit === undefined || remaining === undefined ? undefined : { limit, remaining }
}

/** Seconds, or a date on the upstream's clock (RFC 9110, section 10.2.3). */
function retryAfterOf(header: unknown, dateMs: number | undefined): number | undefined {
  const seconds = countOf(header)
  if (seconds !== undefined) return seconds * 1000
  const until = instantOf(header)
  return until === undefined || dateMs === undefined ? undefined : Math.max(0, until - dateMs)
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined
}

function instantOf(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
