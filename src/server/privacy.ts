import type { Plugin } from 'graphql-yoga'

/** Every answer may hold a patient's data: nothing between here and the caller may keep it. */
export function usePrivacy(): Plugin {
  return {
    onResponse({ response }) {
      response.headers.set('cache-control', 'private, no-store')
      response.headers.set('x-content-type-options', 'nosniff')
      // No page of another site may show GraphiQL in a frame and have it clicked.
      response.headers.set('content-security-policy', "frame-ancestors 'none'")
      const vary = response.headers.get('vary')
      // To append would have the server make a map of all headers, and set them one by one: 3 % of a small query.
      response.headers.set('vary', vary === null ? 'Origin' : `${vary}, Origin`)
    },
  }
}
