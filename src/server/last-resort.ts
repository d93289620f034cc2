import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { type ReportFault, wordError } from './errors.ts'

/** Masks what fails around the execution, in a plugin say: the server would answer with the stack of the error. */
export function useLastResort(report: ReportFault): Plugin {
  return {
    instrumentation: {
      async request(_payload, wrapped) {
        try {
          await wrapped()
        } catch (fault) {
          const originalError = fault instanceof Error ? fault : new Error(typeof fault)
          const masked = wordError(new GraphQLError('', { originalError }), report)
          // Of an error without a stack the server answers the message.
          throw Object.assign(new Error(JSON.stringify({ errors: [masked] })), { stack: '' })
        }
      },
    },
  }
}
