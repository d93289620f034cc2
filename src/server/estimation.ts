import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { tooCostly } from '../rest/ledger.ts'
import type { Context } from '../schema/context.ts'
import { estimateOperation } from './estimate.ts'

/**
 * Knows what an operation would cost before it runs: refuses one that can't stay below the ceiling, and with
 * `X-Estimate-Only: 1` answers the estimate and runs nothing.
 */
export function useEstimate(maxUpstreamRequests: number): Plugin<Context> {
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const { request, loaders } = args.contextValue
      const estimated = estimateOperation({
        schema: args.schema,
        document: args.document,
        operationName: args.operationName,
        variables: args.variableValues ?? {},
        pricing: loaders.pricing,
      })
      if (estimated === undefined) return
      const { costliest, ...estimate } = estimated
      if (request.headers.get('x-estimate-only') === '1')
        return setResultAndStopExecution({ data: null, extensions: { estimate } })
      if (estimate.min <= maxUpstreamRequests) return
      const error = tooCostly(estimate, maxUpstreamRequests, costliest)
      setResultAndStopExecution({ errors: [new GraphQLError(error.message, { originalError: error })] })
    },
  }
}
