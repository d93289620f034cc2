import type { Plugin } from 'graphql-yoga'
import { noSuchPath, notAcceptable } from '../refusals.ts'
import { acceptedRanges } from './accept.ts'

const GRAPHQL_JSON = 'application/graphql-response+json'
/** The media types that the server can answer with, and the ranges that stand for them. */
const ACCEPTABLE = new Set(
  [GRAPHQL_JSON, 'application/json', 'text/event-stream', 'multipart/mixed'].flatMap((type) => [
    type,
    type.replace(/[^/]+$/, '*'),
    '*/*',
  ]),
)

/**
 * Gives the server's own refusals a body with a code, as all others have: of a path that has nothing, and of an `Accept`
 * that no answer fits. The server looks at `Accept` once there is an answer; here nothing has run before.
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
      const given = { ...Object.fromEntries(headers), 'content-type': type }
      setResponse(new fetchAPI.Response(body, { status, headers: given }))
    },
  }
}
