import { type ExecutionResult, GraphQLError } from 'graphql'
import { tooCostly } from '../../rest/errors.ts'
import type { OperationEstimate } from './estimate.ts'

/** The answer to `X-Estimate-Only: 1`, which runs nothing. Undefined where the operation can't be estimated. */
export function answerEstimate(estimated: OperationEstimate | undefined): ExecutionResult | undefined {
  if (estimated === undefined) return undefined
  const { min, max } = estimated
  return { data: null, extensions: { estimate: { min, max } } }
}

/** The refusal of an operation that certainly costs more than the ceiling. Undefined where it may stay below. */
export function refuseTooCostly(
  estimated: OperationEstimate | undefined,
  maxUpstreamRequests: number,
): ExecutionResult | undefined {
  if (estimated === undefined || estimated.min <= maxUpstreamRequests) return undefined
  const { min, max, costliest } = estimated
  const error = tooCostly({ min, max }, maxUpstreamRequests, costliest)
  return { errors: [new GraphQLError(error.message, { originalError: error })] }
}
