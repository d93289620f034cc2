import { HOUR_MS } from '../clock.ts'
import type { ResponseInfo, UpstreamError } from '../errors.ts'

/** One request to the upstream, and how it ended. */
export interface Exchange {
  /** The method, path and query: the same for equal requests. */
  readonly target: string
  /** On the monotonic clock, in milliseconds. */
  readonly sentAt: number
  readonly endedAt: number
  /** Absent where the upstream did not answer. */
  readonly response: ResponseInfo | undefined
  readonly error: UpstreamError | undefined
}

/** Why a key may not be used now. */
export interface Lock {
  /** From then on one request at a time may pass, as a probe of whether the lock still holds. On the monotonic clock. */
  readonly probeAt: number
  readonly error: UpstreamError
  /** The upstream does not answer, and may not answer a probe either. */
  readonly isOutage?: boolean
}

export interface UpstreamHour {
  /** Hours since the epoch, on the upstream's clock. */
  readonly hour: number
  /** When it ends, on the monotonic clock. */
  readonly endsAt: number
}

/** The `Date` header has a resolution of a second, and clocks disagree. */
export const GRACE_MS = 2_000

/**
 * The clock hour in which a request was both sent and answered. Undefined where that is not certain: the upstream may have
 * counted the request in the hour before the `Date` of its response.
 *
 * @param nowMs the wall clock when the exchange ended, for a response without `Date`
 */
export function upstreamHourOf(
  { sentAt, endedAt, response }: Exchange,
  nowMs: number,
): UpstreamHour | undefined {
  const dateMs = response?.dateMs ?? nowMs
  const hour = Math.floor(dateMs / HOUR_MS)
  if (Math.floor((dateMs - (endedAt - sentAt)) / HOUR_MS) !== hour) return undefined
  return { hour, endsAt: endedAt + (hour + 1) * HOUR_MS - dateMs }
}
