import { GraphQLError } from 'graphql'
import { type ReportFault, wordError } from './errors.ts'
import type { EdgePlugin } from './one-plugin.ts'

/** Masks what fails around the execution, in a plugin say: the server would answer with the stack of the error. */
export function useLastResort(report: ReportFault): EdgePlugin {
  return {
    onFault(fault) {
      const originalError = fault instanceof Error ? fault : new Error(typeof fault)
      const masked = wordError(new GraphQLError('', { originalError }), report)
      // Of an error without a stack the server answers the message.
      return Object.assign(new Error(JSON.stringify({ errors: [masked] })), { stack: '' })
    },
  }
}
