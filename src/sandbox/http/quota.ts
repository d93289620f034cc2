import { HEADERS } from '../../contract/envelope.ts'
import type { Middleware } from './exchange.ts'
import { rateLimited } from './refusal.ts'

export interface QuotaOptions {
  /** Requests of one key in one clock hour; 0 = no quota and no headers about it. */
  readonly limit: number
  readonly clock: () => Date
}

/**
 * Per key, in a fixed window that starts anew at the top of each clock hour. Every request with a known key counts,
 * whatever its answer. The count is in memory: a restart gives a fresh window.
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
    // Which hour the count is of can only be told from this; node's own would be by another clock than ours.
    c.header('Date', now.toUTCString())
    c.header(HEADERS.limit, String(limit))
    c.header(HEADERS.remaining, String(Math.max(0, limit - used)))
    if (used > limit) throw rateLimited()
    await next()
  }
}

const HOUR_MS = 3_600_000
