import type { CORSOptions, Plugin } from 'graphql-yoga'
import { csrfRefused } from '../refusals.ts'
import { mediaType } from './encoding.ts'

/** Before a page of another site may send this header, its browser asks the server in a preflight. */
const GUARD_HEADER = 'x-graphql-yoga-csrf'

/** What a page of a listed origin may send to the gateway. */
const OWN_HEADERS = [
  'authorization',
  'content-type',
  'x-request-id',
  'x-estimate-only',
  'if-none-match',
  GUARD_HEADER,
]

/** The content types that a page of any other site may send without a preflight; none at all is one of them. */
const SENT_WITHOUT_PREFLIGHT = ['', 'application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']

/** Refuses every request that a page of another site could make a browser send without a preflight. */
export function useCrossSiteGuard(): Plugin {
  return {
    onRequestParse({ request }) {
      if (request.method === 'GET' && !request.headers.has(GUARD_HEADER))
        throw csrfRefused(`A GET needs the header ${GUARD_HEADER}, with any value.`)
      if (request.method === 'POST' && SENT_WITHOUT_PREFLIGHT.includes(mediaType(request)))
        throw csrfRefused('Forms and plain text are not accepted: send application/json.')
    },
  }
}

/**
 * Allows the listed origins and no others. Never with credentials: callers send a header, and the gateway sets no cookie
 * that a browser could send along.
 */
export function createCors(
  origins: readonly string[],
  headers: readonly string[],
): (request: Request) => CORSOptions {
  return (request) => {
    const origin = request.headers.get('origin')
    if (origin === null || !origins.includes(origin)) return false
    return {
      origin: [origin],
      credentials: false,
      methods: ['GET', 'POST'],
      allowedHeaders: [...OWN_HEADERS, ...headers],
      exposedHeaders: ['x-upstream-requests', 'x-request-id', 'x-resume-after', 'etag', 'retry-after'],
      maxAge: 600,
    }
  }
}
