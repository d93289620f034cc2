import { type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql'
import type { Pricing } from '../../loaders/pricing.ts'
import { tooCostly } from '../../rest/errors.ts'
import type { Context } from '../../schema/context.ts'
import { estimateOperation, type OperationEstimate } from './estimate.ts'

/** The answer to `X-Estimate-Only: 1`, which runs nothing. Undefined where the operation can't be estimated. */
export function answerEstimate(args: ExecutionArgs, pricing: Pricing): ExecutionResult | undefined {
  const estimated = estimate(args, pricing)
  if (estimated === undefined) return undefined
  const { min, max } = estimated
  return { data: null, extensions: { estimate: { min, max } } }
}

/** The refusal of an operation that certainly costs more than the ceiling. Undefined where it may stay below. */
export function refuseTooCostly(
  args: ExecutionArgs,
  pricing: Pricing,
  maxUpstreamRequests: number,
): ExecutionResult | undefined {
  const estimated = estimate(args, pricing)
  if (estimated === undefined || estimated.min <= maxUpstreamRequests) return undefined
  const { min, max, costliest } = estimated
  const error = tooCostly({ min, max }, maxUpstreamRequests, costliest)
  return { errors: [new GraphQLError(error.message, { originalError: error })] }
}

function estimate(
  { schema, document, operationName, variableValues, contextValue }: ExecutionArgs,
  pricing: Pricing,
): OperationEstimate | undefined {
  const { clinicTimeZone } = contextValue as Context
  const variables = variableValues ?? {}
  return estimateOperation({ schema, document, operationName, variables, pricing, clinicTimeZone })
}
