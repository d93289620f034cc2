import { UpstreamError } from '../../rest/errors.ts'
import { type Refusal, refusalOf } from '../errors.ts'
import type { ReportFault } from '../gateway-options.ts'
import { calendarUnreadable } from '../refusals.ts'

/** How long a client waits where nothing says how long, in seconds. */
const AGAIN_SECONDS = 300

/** What is told of an error to the reader of a calendar: nothing of the upstream but the code, and when to come again. */
export function calendarRefusal(error: unknown, now: number, report: ReportFault): Refusal {
  return refusalOf(
    error instanceof UpstreamError ? calendarUnreadable(error.code, waitOf(error, now)) : error,
    report,
  )
}

function waitOf({ extensions: { resetsAt } }: UpstreamError, now: number): number {
  if (resetsAt === undefined) return AGAIN_SECONDS
  return Math.max(1, Math.ceil((Date.parse(resetsAt) - now) / 1000))
}
