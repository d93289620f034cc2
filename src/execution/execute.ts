import {
  assertValidSchema,
  defaultFieldResolver,
  defaultTypeResolver,
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  getVariableValues,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql'
import { type DocumentPlan, planDocument, planOperation, selectOperation } from './document.ts'
import { type ExecutionContext, whenSettled } from './execution-context.ts'
import { selectionOf } from './plan.ts'
import { executeSelectionSet, executeSelectionSetSerially } from './selection-set.ts'
import { fillSlot, type Slot } from './slot.ts'

/** How many invalid variables a result reports: the default of graphql-js. */
const MAX_COERCION_ERRORS = 50

/**
 * ExecuteRequest of the specification, for queries and mutations.
 *
 * Takes the arguments of graphql-js's `execute` and returns the same result: synchronously if no resolver returns a
 * promise, else as a promise that resolves when all promises of resolvers have settled. The `info` of each resolver has
 * the properties of graphql-js's. The first execution of a document plans it; the plan is cached as long as the document
 * is alive.
 *
 * A request that can not be executed returns `{ errors }` without `data`: an unknown operation, a subscription, variables
 * that do not fit their types. Throws an Error if `schema`, `document` or `variableValues` are invalid arguments.
 */
export function execute(args: ExecutionArgs): ExecutionResult | Promise<ExecutionResult> {
  return executeRequest(args, (operation) =>
    operation.operation === OperationTypeNode.SUBSCRIPTION
      ? new GraphQLError('A subscription has no one result: subscribe to it.', { nodes: operation })
      : undefined,
  )
}

/**
 * ExecuteSubscriptionEvent of the specification: the result of one event of a subscription. `rootValue` is the event from
 * the `subscribe` resolver of the root field, which graphql-js's `createSourceEventStream` calls.
 *
 * Has the arguments and results of `execute`. An operation that is not a subscription is a request error.
 */
export function executeEvent(args: ExecutionArgs): ExecutionResult | Promise<ExecutionResult> {
  return executeRequest(args, (operation) =>
    operation.operation === OperationTypeNode.SUBSCRIPTION
      ? undefined
      : new GraphQLError('Only a subscription has events.', { nodes: operation }),
  )
}

function executeRequest(
  args: ExecutionArgs,
  refuse: (operation: OperationDefinitionNode) => GraphQLError | undefined,
): ExecutionResult | Promise<ExecutionResult> {
  const { schema, document, variableValues, operationName } = args
  if (!document) throw new Error('Must provide document.')
  assertValidSchema(schema)
  if (variableValues != null && typeof variableValues !== 'object')
    throw new Error(
      'Variables must be provided as an Object where each property is a variable value. Perhaps look to see if an unparsed JSON string was provided.',
    )
  const operation = selectOperation(document, operationName)
  if (operation instanceof GraphQLError) return { errors: [operation] }
  const refusal = refuse(operation)
  if (refusal !== undefined) return { errors: [refusal] }
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
  const context: ExecutionContext = {
    schema,
    fragments: plan.fragments,
    operation,
    variableValues: coerced,
    rootValue: args.rootValue,
    contextValue: args.contextValue,
    fieldResolver: args.fieldResolver ?? defaultFieldResolver,
    typeResolver: args.typeResolver ?? defaultTypeResolver,
    errors: [],
    pendingPromises: 0,
    onSettled: () => {},
  }
  return executeOperation(context, plan)
}

function executeOperation(
  context: ExecutionContext,
  plan: DocumentPlan,
): ExecutionResult | Promise<ExecutionResult> {
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
    if (!root.isNulled) context.errors.push(error as GraphQLError)
    root.isNulled = true
  }
  /** Waits for every promise, even if the data is null already, so that no resolver runs after the response. */
  function respond(): ExecutionResult | Promise<ExecutionResult> {
    if (context.pendingPromises > 0) return whenSettled(context).then(respond)
    const { data = null } = result
    return context.errors.length === 0 ? { data } : { errors: context.errors, data }
  }

  try {
    const waiting = executeRootFields(context, plan, root)
    if (waiting !== undefined) return waiting.catch(nullData).then(respond)
  } catch (error) {
    nullData(error)
  }
  return respond()
}

function executeRootFields(
  context: ExecutionContext,
  plan: DocumentPlan,
  root: Slot,
): Promise<void> | undefined {
  const { schema, operation, rootValue } = context
  const object = planOperation(schema, plan, operation, context.variableValues)
  if (object === undefined)
    throw new GraphQLError(`Schema is not configured to execute ${operation.operation} operation.`, {
      nodes: operation,
    })
  const selection = selectionOf(context, object)
  if (operation.operation === OperationTypeNode.MUTATION)
    return executeSelectionSetSerially(context, selection, rootValue, root)
  fillSlot(root, executeSelectionSet(context, selection, rootValue, root))
  return undefined
}
