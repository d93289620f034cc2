import type { Plugin } from 'graphql-yoga'

/** Every response may contain patient data, so no cache may store it, neither shared nor in the client. */
export const PRIVATE = {
  'cache-control': 'private, no-store',
  'x-content-type-options': 'nosniff',
  // Against clickjacking: no page of another site may show GraphiQL in a frame.
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

/** Adds the names of request headers on which the response depends. */
export function addToVary(headers: Headers, names: string): void {
  const vary = headers.get('vary')
  headers.set('vary', vary === null ? names : `${vary}, ${names}`)
}
