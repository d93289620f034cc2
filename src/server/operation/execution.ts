import {
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql'
import type { GraphQLParams } from 'graphql-yoga'
import { execute } from '../../execution/index.ts'
import type { Context } from '../../schema/context.ts'
import { answerEstimate, refuseTooCostly } from '../cost/answers.ts'
import type { Reading } from '../documents/documents.ts'
import { createNote } from '../note.ts'
import type { EdgePlugin } from '../one-plugin.ts'

export interface ExecutionOptions {
  readonly schema: GraphQLSchema
  readonly read: (text: string) => Reading
  readonly contextOf: (request: Request) => Context
  readonly maxUpstreamRequests: number
}

interface Asked {
  readonly request: Request
  readonly params: GraphQLParams
}

/**
 * Makes the result of a request's parameters, one step after the other. The server would ask hooks at each step: they
 * took a 15th of a small query, and what happens could not be read in one place.
 */
export function createExecution({ schema, read, contextOf, maxUpstreamRequests }: ExecutionOptions): {
  readonly useExecution: () => EdgePlugin
  /** Undefined where none was to be executed. */
  readonly definitionOf: (request: Request) => OperationDefinitionNode | undefined
} {
  const definitions = createNote<Request, OperationDefinitionNode>('definition')

  function answer({ request, params }: Asked): ExecutionResult | Promise<ExecutionResult> {
    // That there is a query, the server has looked after the hooks.
    const { query = '', operationName, variables } = params
    const { document, errors, bound } = read(query)
    if (document === undefined) return { errors }
    const definition = getOperationAST(document, operationName)
    // Before what validation says: that no request of this kind can run it says more.
    requireExecutable(definition, request.method)
    if (errors.length > 0) return { errors }

    definitions.set(request, definition)
    const contextValue = contextOf(request)
    const { pricing } = contextValue.loaders
    const args = { schema, document, contextValue, variableValues: variables, operationName }
    if (request.headers.get('x-estimate-only') === '1') return answerEstimate(args, pricing) ?? run(args)
    if (bound <= maxUpstreamRequests) return run(args)
    return refuseTooCostly(args, pricing, maxUpstreamRequests) ?? run(args)
  }

  return {
    useExecution: () => ({ onParams: ({ setParamsHandler }) => setParamsHandler(answer) }),
    definitionOf: definitions.get,
  }
}

function requireExecutable(
  definition: OperationDefinitionNode | null | undefined,
  method: string,
): asserts definition is OperationDefinitionNode {
  if (definition == null)
    throw new GraphQLError('Could not determine what operation to execute.', {
      extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } },
    })
  if (definition.operation === OperationTypeNode.MUTATION && method === 'GET')
    throw new GraphQLError('Can only perform a mutation operation from a POST request.', {
      extensions: { code: 'BAD_REQUEST', http: { status: 405, headers: { allow: 'POST' } } },
    })
}

function run(args: ExecutionArgs): ExecutionResult | Promise<ExecutionResult> {
  const result = execute(args)
  return result instanceof Promise ? result : refused(result)
}

/** What could not be executed at all is the request's fault, in either media type (GraphQL over HTTP, 6.4). */
function refused(result: ExecutionResult): ExecutionResult {
  if (!('data' in result)) for (const { extensions } of result.errors ?? []) extensions.http = { status: 400 }
  return result
}
