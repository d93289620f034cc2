import { UpstreamError } from '../../rest/errors.ts'
import { asGraphQLError, wordResult } from '../errors.ts'
import type { ReportFault } from '../gateway-options.ts'
import { calendarUnreadable } from '../refusals.ts'

export interface Refusal {
  readonly code: string
  readonly message: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

/** How long a client waits where nothing says how long, in seconds. */
const AGAIN_SECONDS = 300

/** What is told of an error to the reader of a calendar: nothing of the upstream but the code, and when to come again. */
export function refusalOf(error: unknown, now: number, report: ReportFault): Refusal {
  const thrown = error instanceof UpstreamError ? calendarUnreadable(error.code, waitOf(error, now)) : error
  const { errors = [] } = wordResult({ errors: [asGraphQLError(thrown)] }, report)
  const [{ message = '', extensions = {} } = {}] = errors
  const { status = 500, headers = {} } = (extensions.http ?? {}) as Partial<Refusal>
  return { code: String(extensions.code), message, status, headers }
}

export function answerRefusal(
  { code, message, status, headers }: Refusal,
  { Response }: { readonly Response: typeof globalThis.Response },
): Response {
  return Response.json({ errors: [{ message, extensions: { code } }] }, { status, headers: { ...headers } })
}

function waitOf({ extensions: { resetsAt } }: UpstreamError, now: number): number {
  if (resetsAt === undefined) return AGAIN_SECONDS
  return Math.max(1, Math.ceil((Date.parse(resetsAt) - now) / 1000))
}
