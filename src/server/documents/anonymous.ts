import type { Plugin } from 'graphql-yoga'
import type { Identity } from '../identity/identity.ts'
import { credentialNeeded } from '../refusals.ts'

/** Twice the introspection query of the usual tools. */
const MAX_CHARACTERS = 4000

/**
 * Refuses a long document without a credential before it is parsed: parsing takes time, and without a credential an
 * operation may send no upstream request anyway.
 */
export function useAnonymousLimit(identityOf: (request: Request) => Identity): Plugin {
  return {
    onParams({ request, params: { query } }) {
      if (
        identityOf(request).credential === null &&
        typeof query === 'string' &&
        query.length > MAX_CHARACTERS
      )
        throw credentialNeeded(`Without a credential a document has at most ${MAX_CHARACTERS} characters.`)
    },
  }
}
