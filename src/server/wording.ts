import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { type ReportFault, wordError } from './errors.ts'

/** The one place where an error gets its words, wherever it was thrown. */
export function useWording(report: ReportFault): Plugin {
  return {
    onResultProcess({ result, setResult }) {
      if (!('errors' in result) || result.errors === undefined) return
      const errors = result.errors.map((error) => wordError(asGraphQLError(error), report))
      setResult({ ...result, errors })
    },
  }
}

function asGraphQLError(error: Error): GraphQLError {
  return error instanceof GraphQLError ? error : new GraphQLError(error.message, { originalError: error })
}
