import type { Plugin } from 'graphql-yoga'

/** Every answer may hold a patient's data: nothing between here and the caller may keep it. */
export function usePrivacy(): Plugin {
  return {
    onResponse({ response }) {
      response.headers.set('cache-control', 'private, no-store')
    },
  }
}
