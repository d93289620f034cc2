import type { Reply } from './pipe.ts'
import type { RestRequest, Window } from './request.ts'

/**
 * By `has_more`, or by `next_offset` where a server leaves that out. Where both are missing, fewer rows than the limit are
 * the last page, and a full page may be followed by another. The limit is the server's own where that is lower.
 */
export function mayHaveMore(reply: Reply, rows: number, window: Window): boolean {
  const { has_more, next_offset } = reply.meta
  if (typeof has_more === 'boolean') return has_more
  if (next_offset !== undefined) return next_offset !== null
  return rows > 0 && rows >= limitOf(reply, window)
}

/** The most rows that the answer can have: a server's own limit may be lower than the requested one. */
export function limitOf({ meta: { limit } }: Reply, window: Window): number {
  return typeof limit === 'number' ? Math.min(window.limit, limit) : window.limit
}

type ListRead = RestRequest & Required<Pick<RestRequest, 'filter' | 'window'>>

/** Whether the reply is a list of appointments from its first row to its last. */
export function isCompleteList(read: RestRequest, reply: Reply): read is ListRead {
  const { filter, window } = read
  if (filter === undefined || window?.offset !== 0 || !Array.isArray(reply.data)) return false
  return !mayHaveMore(reply, reply.data.length, window)
}
