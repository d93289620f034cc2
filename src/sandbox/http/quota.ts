import { HEADERS } from '../../contract/envelope.ts'
import type { Middleware } from './context.ts'
import { rateLimited } from './errors.ts'

export interface QuotaOptions {
  /** Requests that each key may send in one clock hour; 0 means no quota and no quota headers. */
  readonly limit: number
  readonly clock: () => Date
}

/**
 * Counts the requests of each key in a fixed window, one clock hour. Every request with a known key counts, whatever
 * its response. The counts live in memory, so a restart sets them to zero.
 */
export function meterQuota({ limit, clock }: QuotaOptions): Middleware {
  const windows = new Map<string, { hour: number; used: number }>()
  return async (c, next) => {
    if (limit === 0) return await next()
    const { keyId } = c.get('caller')
    const now = clock()
    const hour = Math.floor(now.getTime() / HOUR_MS)
    const last = windows.get(keyId)
    const used = last?.hour === hour ? last.used + 1 : 1
    windows.set(keyId, { hour, used })
    // Clients read the hour of the quota from `Date`, so it is the time of `clock` and not of Node.
    c.header('Date', now.toUTCString())
    c.header(HEADERS.limit, String(limit))
    c.header(HEADERS.remaining, String(Math.max(0, limit - used)))
    if (used > limit) throw rateLimited()
    await next()
  }
}

/** Sets `Date` to the time of `clock` when a response is sent. That of a slow one may be in the next hour. */
export function dateWhenSent(clock: () => Date): Middleware {
  return async (c, next) => {
    await next()
    c.header('Date', clock().toUTCString())
  }
}

const HOUR_MS = 3_600_000
