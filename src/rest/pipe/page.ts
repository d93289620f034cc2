import type { Reply } from './pipe.ts'
import type { RestRequest, Window } from './request.ts'

/**
 * `has_more` says it; where a server leaves it out, `next_offset` does. Where both are missing, fewer rows than the limit
 * are the last ones, and a full page may be followed by another: it may be the server's own limit that the page fills.
 */
export function mayHaveMore(reply: Reply, rows: number, window: Window): boolean {
  const { has_more, next_offset } = reply.meta
  if (typeof has_more === 'boolean') return has_more
  if (next_offset !== undefined) return next_offset !== null
  return rows > 0 && rows >= limitOf(reply, window)
}

/** The most rows that the answer can have: a server may give fewer than it is asked for. */
export function limitOf({ meta: { limit } }: Reply, window: Window): number {
  return typeof limit === 'number' ? Math.min(window.limit, limit) : window.limit
}

type ListRead = RestRequest & Required<Pick<RestRequest, 'filter' | 'window'>>

/** Whether it is a list of appointments from its start, and nothing follows. */
export function isWhole(read: RestRequest, reply: Reply): read is ListRead {
  const { filter, window } = read
  if (filter === undefined || window?.offset !== 0 || !Array.isArray(reply.data)) return false
  return !mayHaveMore(reply, reply.data.length, window)
}
