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
import type { Pricing } from '../../loaders/pricing.ts'
import type { Operation } from '../../rest/pipe/pipe.ts'
import type { Context } from '../../schema/context.ts'
import { answerEstimate, refuseTooCostly } from '../cost/answers.ts'
import type { Deferral, DeferredAnswer } from '../deferred/deferral.ts'
import type { CheckedDocument } from '../documents/documents.ts'
import type { RouterCheck } from '../identity/router.ts'
import type { Live } from '../live/live.ts'
import { createNote } from '../note.ts'
import { mutationByGet, noSuchOperation } from '../refusals.ts'
import { Stream, type Streams } from '../streams/streams.ts'
import type { Memo } from './memo.ts'
import { blameNullArguments } from './null-arguments.ts'
import { createTally } from './tally.ts'

export interface ExecutionOptions {
  readonly schema: GraphQLSchema
  readonly checkDocument: (text: string) => CheckedDocument
  readonly requireRouter: RouterCheck
  readonly contextOf: (request: Request) => Context
  readonly pricingOf: (request: Request) => Pricing
  readonly operationOf: (request: Request) => Operation
  readonly maxUpstreamRequests: number
  /** Begins to answer a subscription. */
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
  /** Undefined where no operation was to run. */
  readonly definitionOf: (request: Request) => OperationDefinitionNode | undefined
  /** Resolves once no operation runs, those included whose client has left: a write goes on without it. */
  readonly idle: () => Promise<void>
}

/**
 * Makes the result of a request's parameters: check the document, choose its operation, estimate it, run it. It takes the
 * place of the server's own steps, each of which has hooks, so that what happens reads in one place.
 */
export function createExecution(options: ExecutionOptions): Execution {
  const { schema, checkDocument, requireRouter, operationOf, contextOf, pricingOf } = options
  const { maxUpstreamRequests, openStream, memo, deferral, live } = options
  const definitions = createNote<Request, OperationDefinitionNode>('definition')
  const tally = createTally()

  function answer({ request, params }: OperationRequest): Answer | Promise<Answer> {
    // The server refuses a request without a query before it comes here.
    const { query = '', operationName, variables } = params
    const { document, errors, maxMin, mayDefer, mayBeLive } = checkDocument(query)
    if (document === undefined) return { errors }
    const definition = getOperationAST(document, operationName)
    // Comes before validation errors: a client that asks for the wrong operation, or by the wrong method, learns that.
    requireExecutable(definition, request.method)
    if (errors.length > 0) return { errors }
    requireRouter(document, request)

    definitions.set(request, definition)
    operationOf(request).ledger.isMutation = definition.operation === OperationTypeNode.MUTATION
    const contextValue = contextOf(request)
    const args = { schema, document, contextValue, variableValues: variables, operationName }
    const unrun = answerUnrun(args, request, maxMin)
    if (unrun !== undefined) return unrun
    if (definition.operation === OperationTypeNode.SUBSCRIPTION)
      return openStream({ request, text: query, definition, args }).then((opened) =>
        opened instanceof Stream ? opened : blame(opened, args),
      )
    const by = operationOf(request)
    if (definition.operation === OperationTypeNode.MUTATION) return tally.during(() => run(args))
    const refine = (result: ExecutionResult) => blame(result, args)
    const watched = mayBeLive ? live.open({ request, text: query, definition, args, refine }) : undefined
    if (watched !== undefined) return watched
    const deferred = mayDefer ? deferral.answer({ request, definition, args, refine }) : undefined
    if (deferred !== undefined) return answerInParts(deferred)
    return memo.answer({ text: query, operationName, variables, by }, () => tally.during(() => run(args)))
  }

  /** Counts the operation until its last part. */
  async function answerInParts(deferred: Promise<DeferredAnswer>): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    void tally
      .during(async () => {
        const { answer, ended } = await deferred
        resolve(answer)
        await ended
      })
      .catch(reject)
    return promise
  }

  /** The estimate, where it is asked for, or a refusal. Undefined where the operation is to run. */
  function answerUnrun(args: ExecutionArgs, request: Request, maxMin: number): ExecutionResult | undefined {
    try {
      if (request.headers.get('x-estimate-only') === '1') return answerEstimate(args, pricingOf(request))
      if (maxMin <= maxUpstreamRequests) return undefined
      return refuseTooCostly(args, pricingOf(request), maxUpstreamRequests)
    } catch (error) {
      // A condition of @skip or @include is null.
      if (error instanceof GraphQLError) return withoutData([error], args)
      throw error
    }
  }

  return {
    // The types of the server know no answer of ours; the one that writes it does.
    useExecution: () => ({
      onParams: ({ setParamsHandler }) =>
        setParamsHandler(answer as (asked: OperationRequest) => ExecutionResult),
    }),
    definitionOf: definitions.get,
    idle: tally.idle,
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
