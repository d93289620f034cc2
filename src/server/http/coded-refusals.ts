import type { Plugin } from 'graphql-yoga'
import { noSuchPath, notAcceptable } from '../refusals.ts'
import { acceptedRanges } from './accept.ts'

const GRAPHQL_JSON = 'application/graphql-response+json'
/** The media types of all responses, and the ranges that match them. */
const ACCEPTABLE = new Set(
  [GRAPHQL_JSON, 'application/json', 'text/event-stream', 'multipart/mixed'].flatMap((type) => [
    type,
    type.replace(/[^/]+$/, '*'),
    '*/*',
  ]),
)

/**
 * Adds a body with an error code to yoga's own refusals: 404 for an unknown path, and 406 for an `Accept` that no response
 * matches. Yoga checks `Accept` only after the operation; this plugin checks it before anything runs.
 */
export function useCodedRefusals(endpoint: string): Plugin {
  const refusals = new Map([
    [404, noSuchPath(endpoint)],
    [406, notAcceptable()],
  ])
  return {
    onRequestParse({ request }) {
      if (!acceptedRanges(request).some((range) => ACCEPTABLE.has(range))) throw notAcceptable()
    },
    onResponse({ request, response, setResponse, fetchAPI }) {
      const { status, headers } = response
      const refusal = refusals.get(status)
      if (refusal === undefined || headers.has('content-type')) return
      const { message, extensions } = refusal
      const body = JSON.stringify({ errors: [{ message, extensions: { code: extensions.code } }] })
      const isGraphql = acceptedRanges(request).includes(GRAPHQL_JSON)
      const type = `${isGraphql ? GRAPHQL_JSON : 'application/json'}; charset=utf-8`
      const newHeaders = { ...Object.fromEntries(headers), 'content-type': type }
      setResponse(new fetchAPI.Response(body, { status, headers: newHeaders }))
    },
  }
}
