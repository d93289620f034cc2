import type { Plugin } from 'graphql-yoga'
import { addToVary } from '../http/privacy.ts'
import { isJson } from './compression.ts'

/** A private cache may store the answer, and revalidates it before each use (RFC 9111, 5.2.2.4). */
const REVALIDATE = 'private, no-cache'

/**
 * Adds an `ETag` to the answer to a query by GET. A client that sends the tag of its stored answer gets 304 without a body
 * where the data is the same (RFC 9110, 13.1.2). The tag is weak: it identifies the data, and neither the reported cost nor
 * the compression.
 *
 * @param tagOf the tag of the data of a request's answer; undefined where it has none
 */
export function useEntityTags(tagOf: (request: Request) => string | undefined): Plugin {
  return {
    onResponse({ request, response, setResponse, fetchAPI }) {
      if (request.method !== 'GET' || response.status !== 200 || !mayHaveTag(response.headers)) return
      const tag = tagOf(request)
      if (tag === undefined) return
      const { headers } = response
      headers.set('etag', `W/"${tag}"`)
      headers.set('cache-control', REVALIDATE)
      addToVary(headers, 'Accept, Authorization')
      if (!isNamedIn(request.headers.get('if-none-match'), tag)) return
      const remainingHeaders = [...headers].filter(([name]) => !/^content-(type|length)$/i.test(name))
      setResponse(new fetchAPI.Response(null, { status: 304, headers: Object.fromEntries(remainingHeaders) }))
    },
  }
}

/** Compares weakly, as `If-None-Match` does. A bare `*` stands for any answer. */
function isNamedIn(condition: string | null, tag: string): boolean {
  if (condition === null) return false
  return (
    condition.trim() === '*' ||
    condition.split(',').some((each) => each.trim().replace(/^W\//, '') === `"${tag}"`)
  )
}

/** The response is a GraphQL result as one JSON document, or a calendar. */
function mayHaveTag(headers: Headers): boolean {
  return isJson(headers) || (headers.get('content-type')?.startsWith('text/calendar') ?? false)
}
