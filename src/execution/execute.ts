import {
  assertValidSchema,
  defaultFieldResolver,
  defaultTypeResolver,
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  getVariableValues,
  OperationTypeNode,
} from 'graphql'
import { type DocumentPlan, planDocument, planOperation, selectOperation } from './document.ts'
import { executeFields, executeFieldsSerially } from './fields.ts'
import { selectionOf } from './plan.ts'
import { type Run, whenSettled } from './run.ts'
import { fillSlot, type Slot } from './slot.ts'

/** How many wrong variables are told of, as graphql-js has it. */
const MAX_COERCION_ERRORS = 50

/**
 * ExecuteRequest of the specification, as graphql-js's `execute` of queries and mutations: the same result for the same
 * arguments, at once where no resolver gives a promise. What to do for a document is worked out when it first comes,
 * and remembered as long as the document is.
 *
 * graphql-jit 0.8.9 was tried first. It makes code of the document, and runs a string of it that holds its own marker.
 */
export function execute(args: ExecutionArgs): ExecutionResult | Promise<ExecutionResult> {
  const { schema, document, variableValues, operationName } = args
  if (!document) throw new Error('Must provide document.')
  assertValidSchema(schema)
  if (variableValues != null && typeof variableValues !== 'object')
    throw new Error(
      'Variables must be provided as an Object where each property is a variable value. Perhaps look to see if an unparsed JSON string was provided.',
    )
  const operation = selectOperation(document, operationName)
  if (operation instanceof GraphQLError) return { errors: [operation] }
  const { coerced, errors } = getVariableValues(
    schema,
    operation.variableDefinitions ?? [],
    variableValues ?? {},
    {
      maxErrors: args.options?.maxCoercionErrors ?? MAX_COERCION_ERRORS,
      hideSuggestions: args.hideSuggestions ?? false,
    },
  )
  if (errors !== undefined) return { errors }

  const plan = planDocument(schema, document)
  const run: Run = {
    schema,
    fragments: plan.fragments,
    operation,
    variableValues: coerced,
    rootValue: args.rootValue,
    contextValue: args.contextValue,
    fieldResolver: args.fieldResolver ?? defaultFieldResolver,
    typeResolver: args.typeResolver ?? defaultTypeResolver,
    errors: [],
    pending: 0,
    onSettled: () => {},
  }
  return executeOperation(run, plan)
}

function executeOperation(run: Run, plan: DocumentPlan): ExecutionResult | Promise<ExecutionResult> {
  const result: Pick<ExecutionResult, 'data'> = {}
  const root: Slot = {
    container: result,
    key: 'data',
    isNonNull: false,
    parent: undefined,
    typename: undefined,
    isNulled: false,
  }

  function nullData(error: unknown): void {
    result.data = null
    if (!root.isNulled) run.errors.push(error as GraphQLError)
    root.isNulled = true
  }
  /** Every promise is waited for, also where the data is null already: nothing goes on behind an answer. */
  function respond(): ExecutionResult | Promise<ExecutionResult> {
    if (run.pending > 0) return whenSettled(run).then(respond)
    const { data = null } = result
    return run.errors.length === 0 ? { data } : { errors: run.errors, data }
  }

  try {
    const waiting = executeRootFields(run, plan, root)
    if (waiting !== undefined) return waiting.catch(nullData).then(respond)
  } catch (error) {
    nullData(error)
  }
  return respond()
}

function executeRootFields(run: Run, plan: DocumentPlan, root: Slot): Promise<void> | undefined {
  const { schema, operation, rootValue } = run
  const object = planOperation(schema, plan, operation, run.variableValues)
  if (object === undefined)
    throw new GraphQLError(`Schema is not configured to execute ${operation.operation} operation.`, {
      nodes: operation,
    })
  const selection = selectionOf(run, object)
  if (operation.operation === OperationTypeNode.MUTATION)
    return executeFieldsSerially(run, selection, rootValue, root)
  fillSlot(root, executeFields(run, selection, rootValue, root))
  return undefined
}
