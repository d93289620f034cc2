import {
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql'
import type { GraphQLParams, Plugin } from 'graphql-yoga'
import { execute } from '../../execution/index.ts'
import type { Operation } from '../../rest/pipe/pipe.ts'
import type { Context } from '../../schema/context.ts'
import { answerEstimate, refuseTooCostly } from '../cost/answers.ts'
import type { OperationEstimate } from '../cost/estimate.ts'
import type { Deferral, DeferredAnswer } from '../deferred/deferral.ts'
import type { CheckedDocument } from '../documents/documents.ts'
import type { RouterCheck } from '../identity/router.ts'
import type { Live } from '../live/live.ts'
import { mutationByGet, noSuchOperation } from '../refusals.ts'
import { Stream, type Streams } from '../streams/streams.ts'
import { createSymbolProperty } from '../symbol-property.ts'
import type { Memo } from './memo.ts'
import { blameNullArguments } from './null-arguments.ts'
import { createTaskTracker } from './task-tracker.ts'

export interface ExecutionOptions {
  readonly schema: GraphQLSchema
  readonly checkDocument: (text: string) => CheckedDocument
  readonly requireRouter: RouterCheck
  readonly contextOf: (request: Request) => Context
  /** Undefined where the operation can't be estimated. */
  readonly estimateOf: (args: ExecutionArgs, request: Request) => OperationEstimate | undefined
  readonly operationOf: (request: Request) => Operation
  readonly maxUpstreamRequests: number
  /** Opens the stream of a subscription. */
  readonly openStream: Streams['open']
  readonly memo: Memo
  readonly deferral: Deferral
  readonly live: Live
}

interface OperationRequest {
  readonly request: Request
  readonly params: GraphQLParams
}

export interface Execution {
  readonly useExecution: () => Plugin
  /** Undefined where the request has no operation that may run. */
  readonly definitionOf: (request: Request) => OperationDefinitionNode | undefined
  /** Resolves once no operation runs. A write continues after its client has disconnected, and counts. */
  readonly idle: () => Promise<void>
}

/**
 * Answers the GraphQL parameters of a request: checks the document, selects its operation, estimates it, runs it. Replaces
 * yoga's own steps, each of which has hooks, so that the sequence is in one function.
 */
export function createExecution(options: ExecutionOptions): Execution {
  const { schema, checkDocument, requireRouter, operationOf, contextOf, estimateOf } = options
  const { maxUpstreamRequests, openStream, memo, deferral, live } = options
  const definitions = createSymbolProperty<Request, OperationDefinitionNode>('definition')
  const tasks = createTaskTracker()

  function answer({ request, params }: OperationRequest): Answer | Promise<Answer> {
    // Yoga has refused a request without a query before it calls this.
    const { query = '', operationName, variables } = params
    const { document, errors, maxMin, mayDefer, mayBeLive } = checkDocument(query)
    if (document === undefined) return { errors }
    const definition = getOperationAST(document, operationName)
    // Before the validation errors, so that the client learns of a wrong operation name or method first.
    requireExecutable(definition, request.method)
    if (errors.length > 0) return { errors }
    requireRouter(document, request)

    definitions.set(request, definition)
    operationOf(request).ledger.isMutation = definition.operation === OperationTypeNode.MUTATION
    const args = { schema, document, variableValues: variables, operationName }
    const withContext = () => ({ ...args, contextValue: contextOf(request) })
    const runNow = () => tasks.track(() => run(withContext()))
    const estimated = answerByEstimate(args, request, maxMin)
    if (estimated !== undefined) return estimated
    if (definition.operation === OperationTypeNode.SUBSCRIPTION)
      return openStream({ request, text: query, definition, args: withContext() }).then((opened) =>
        opened instanceof Stream ? opened : blame(opened, args),
      )
    if (definition.operation === OperationTypeNode.MUTATION) return runNow()
    const refine = (result: ExecutionResult) => blame(result, args)
    const liveAnswer = mayBeLive ? live.open({ request, text: query, definition, args, refine }) : undefined
    if (liveAnswer !== undefined) return liveAnswer
    const deferred = mayDefer ? deferral.answer({ request, definition, args, refine }) : undefined
    if (deferred !== undefined) return answerInParts(deferred)
    const operation = operationOf(request)
    return memo.answer({ text: query, operationName, variables, operation }, runNow)
  }

  /** Counts the operation as running until its last part is written. */
  async function answerInParts(deferred: Promise<DeferredAnswer>): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    void tasks
      .track(async () => {
        const { answer, ended } = await deferred
        resolve(answer)
        await ended
      })
      .catch(reject)
    return promise
  }

  /** The estimate where the client requests one, or a refusal as too costly. Undefined where the operation is to run. */
  function answerByEstimate(
    args: ExecutionArgs,
    request: Request,
    maxMin: number,
  ): ExecutionResult | undefined {
    try {
      if (request.headers.get('x-estimate-only') === '1') return answerEstimate(estimateOf(args, request))
      if (maxMin <= maxUpstreamRequests) return undefined
      return refuseTooCostly(estimateOf(args, request), maxUpstreamRequests)
    } catch (error) {
      // A condition of @skip or @include is null.
      if (error instanceof GraphQLError) return withoutData([error], args)
      throw error
    }
  }

  return {
    // Yoga's types do not include our Stream; the plugin that writes it knows it.
    useExecution: () => ({
      onParams: ({ setParamsHandler }) =>
        setParamsHandler(answer as (request: OperationRequest) => ExecutionResult),
    }),
    definitionOf: definitions.get,
    idle: tasks.idle,
  }
}

function requireExecutable(
  definition: OperationDefinitionNode | null | undefined,
  method: string,
): asserts definition is OperationDefinitionNode {
  if (definition == null) throw noSuchOperation()
  if (definition.operation === OperationTypeNode.MUTATION && method === 'GET') throw mutationByGet()
}

type Answer = ExecutionResult | Stream

async function run(args: ExecutionArgs): Promise<ExecutionResult> {
  return blame(await execute(args), args)
}

function blame(result: ExecutionResult, args: ExecutionArgs): ExecutionResult {
  if (result.errors === undefined) return result
  if (!('data' in result)) return withoutData(result.errors, args)
  return { ...result, errors: blameNullArguments(result.errors, args) }
}

/** A result without data means that nothing ran: HTTP 400 in either media type (GraphQL over HTTP, 6.4). */
function withoutData(errors: readonly GraphQLError[], args: ExecutionArgs): ExecutionResult {
  const blamed = blameNullArguments(errors, args)
  for (const { extensions } of blamed) extensions.http = { status: 400 }
  return { errors: blamed }
}
