import { UpstreamError } from '../../rest/errors.ts'
import { type Refusal, refusalOf } from '../errors.ts'
import type { ReportFault } from '../gateway-options.ts'
import { calendarUnreadable } from '../refusals.ts'

/** The `Retry-After` where the error does not say when the quota resets, in seconds. */
const RETRY_SECONDS = 300

/** The error that the reader of a calendar gets. Of an upstream error it contains only the code and when to retry. */
export function calendarRefusal(error: unknown, now: number, report: ReportFault): Refusal {
  return refusalOf(
    error instanceof UpstreamError ? calendarUnreadable(error.code, waitOf(error, now)) : error,
    report,
  )
}

function waitOf({ extensions: { resetsAt } }: UpstreamError, now: number): number {
  if (resetsAt === undefined) return RETRY_SECONDS
  return Math.max(1, Math.ceil((Date.parse(resetsAt) - now) / 1000))
}
