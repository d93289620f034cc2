import { type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql'
import type { Pricing } from '../../loaders/pricing.ts'
import { tooCostly } from '../../rest/errors.ts'
import { estimateOperation } from './estimate.ts'

/** The answer to `X-Estimate-Only: 1`, whose operation is not run. Undefined where nothing can be said of it. */
export function answerEstimate(args: ExecutionArgs, pricing: Pricing): ExecutionResult | undefined {
  const estimated = estimate(args, pricing)
  if (estimated === undefined) return undefined
  const { costliest, ...told } = estimated
  return { data: null, extensions: { estimate: told } }
}

/** The refusal of an operation that can't stay below the ceiling. Undefined where it may. */
export function refuseTooCostly(
  args: ExecutionArgs,
  pricing: Pricing,
  maxUpstreamRequests: number,
): ExecutionResult | undefined {
  const estimated = estimate(args, pricing)
  if (estimated === undefined || estimated.min <= maxUpstreamRequests) return undefined
  const { costliest, ...told } = estimated
  const error = tooCostly(told, maxUpstreamRequests, costliest)
  return { errors: [new GraphQLError(error.message, { originalError: error })] }
}

function estimate({ schema, document, operationName, variableValues }: ExecutionArgs, pricing: Pricing) {
  return estimateOperation({ schema, document, operationName, variables: variableValues ?? {}, pricing })
}
