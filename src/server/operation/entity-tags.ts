import type { Plugin } from 'graphql-yoga'
import { addToVary } from '../http/privacy.ts'
import { isJson } from './compression.ts'

/** A client may keep the answer for itself, and asks whether it still holds before it uses it again (RFC 9111, 5.2.2.4). */
const ASK_AGAIN = 'private, no-cache'

/**
 * Gives the answer to a query by GET a tag. A client that sends the tag of the answer that it has gets 304 without a body
 * where the answer is the same (RFC 9110, 13.1.2). The tag is weak: it names the data, and neither what the answer has cost
 * nor how it is compressed.
 *
 * @param tagOf names the data of a request's answer; undefined where there is no name for it
 */
export function useEntityTags(tagOf: (request: Request) => string | undefined): Plugin {
  return {
    onResponse({ request, response, setResponse, fetchAPI }) {
      if (request.method !== 'GET' || response.status !== 200 || !mayHaveTag(response.headers)) return
      const tag = tagOf(request)
      if (tag === undefined) return
      const { headers } = response
      headers.set('etag', `W/"${tag}"`)
      headers.set('cache-control', ASK_AGAIN)
      addToVary(headers, 'Accept, Authorization')
      if (!isNamedIn(request.headers.get('if-none-match'), tag)) return
      const kept = [...headers].filter(([name]) => !/^content-(type|length)$/i.test(name))
      setResponse(new fetchAPI.Response(null, { status: 304, headers: Object.fromEntries(kept) }))
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

/** An answer of GraphQL as one document, or a calendar. */
function mayHaveTag(headers: Headers): boolean {
  return isJson(headers) || (headers.get('content-type')?.startsWith('text/calendar') ?? false)
}
