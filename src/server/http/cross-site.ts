import type { CORSOptions, Plugin } from 'graphql-yoga'
import { csrfRefused } from '../refusals.ts'
import { mediaType } from './encoding.ts'

/** A header that a page of another site can send only after a preflight. */
const GUARD_HEADER = 'x-graphql-yoga-csrf'

/** The request headers that pages of the listed origins may send. */
const OWN_HEADERS = [
  'authorization',
  'content-type',
  'x-request-id',
  'x-estimate-only',
  'if-none-match',
  GUARD_HEADER,
]

/** The content types that a page of any other site may send without a preflight. The empty text is a missing header. */
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
 * Allows only the listed origins, and never with credentials: callers authenticate by a header, and the gateway sets no
 * cookies.
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
