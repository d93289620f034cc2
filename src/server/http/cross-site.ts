import { GraphQLError } from 'graphql'
import type { CORSOptions, Plugin } from 'graphql-yoga'
import { mediaType } from './body.ts'

/** A browser asks the server first before it lets a page of another site send this header. */
const GUARD_HEADER = 'x-graphql-yoga-csrf'

/** What a form of any other site can send without asking first. A POST without a type can be sent by script. */
const SENT_UNASKED = ['', 'application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']

/** Refuses whatever a page of another site could make a browser send: it may run with what the browser holds. */
export function useCrossSiteGuard(): Plugin {
  return {
    onRequestParse({ request }) {
      if (request.method === 'GET' && !request.headers.has(GUARD_HEADER))
        throw refused(`A GET needs the header ${GUARD_HEADER}, with any value.`)
      if (request.method === 'POST' && SENT_UNASKED.includes(mediaType(request)))
        throw refused('Forms and plain text are not accepted: send application/json.')
    },
  }
}

/**
 * Answers for the origins that are listed and for no other. Never with credentials: callers send a header, and a
 * browser holds nothing that would be worth sending along.
 */
export function createCors(origins: readonly string[]): (request: Request) => CORSOptions {
  return (request) => {
    const origin = request.headers.get('origin')
    if (origin === null || !origins.includes(origin)) return false
    return {
      origin: [origin],
      credentials: false,
      methods: ['GET', 'POST'],
      allowedHeaders: ['authorization', 'content-type', 'x-request-id', 'x-estimate-only', GUARD_HEADER],
      exposedHeaders: ['x-upstream-requests', 'x-request-id'],
      maxAge: 600,
    }
  }
}

function refused(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'CSRF_REFUSED', http: { status: 403 } } })
}
