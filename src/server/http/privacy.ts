import type { Plugin } from 'graphql-yoga'

/** Every response may hold a patient's data, so no cache between the gateway and the client may keep it. */
export const PRIVATE = {
  'cache-control': 'private, no-store',
  'x-content-type-options': 'nosniff',
  // No page of another site may show GraphiQL in a frame and have it clicked.
  'content-security-policy': "frame-ancestors 'none'",
}
const HEADERS = Object.entries(PRIVATE)

export function usePrivacy(): Plugin {
  return {
    onResponse({ response }) {
      for (const [name, value] of HEADERS) response.headers.set(name, value)
      addToVary(response.headers, 'Accept-Encoding, Origin')
    },
  }
}

/** Names request headers that choose the answer, or say who may have it. */
export function addToVary(headers: Headers, names: string): void {
  const vary = headers.get('vary')
  headers.set('vary', vary === null ? names : `${vary}, ${names}`)
}
