import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { tooCostly } from '../rest/ledger.ts'
import type { Context } from '../schema/context.ts'
import { estimateOperation } from './estimate.ts'
import { createEstimateBound } from './estimate-bound.ts'

/**
 * Knows what an operation would cost before it runs: refuses one that can't stay below the ceiling, and with
 * `X-Estimate-Only: 1` answers the estimate and runs nothing.
 */
export function useEstimate(maxUpstreamRequests: number): Plugin<Context> {
  const boundOf = createEstimateBound()
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const { request, loaders } = args.contextValue
      const isAsked = request.headers.get('x-estimate-only') === '1'
      if (!isAsked && boundOf(args.schema, args.document) <= maxUpstreamRequests) return
      const estimated = estimateOperation({
        schema: args.schema,
        document: args.document,
        operationName: args.operationName,
        variables: args.variableValues ?? {},
        pricing: loaders.pricing,
      })
      if (estimated === undefined) return
      const { costliest, ...estimate } = estimated
      if (isAsked) return setResultAndStopExecution({ data: null, extensions: { estimate } })
      if (estimate.min <= maxUpstreamRequests) return
      const error = tooCostly(estimate, maxUpstreamRequests, costliest)
      setResultAndStopExecution({ errors: [new GraphQLError(error.message, { originalError: error })] })
    },
  }
}
