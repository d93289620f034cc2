import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql'
import { conditionsKey, conditionVariables, type Fragments, type Values } from './collect.ts'
import { type ObjectPlan, objectPlan } from './plan.ts'

/** The data of a document that all its executions share. It is cached as long as the document is alive. */
export interface DocumentPlan {
  readonly fragments: Fragments
  readonly conditionVariables: readonly string[]
  /** Each operation's root plans, by the `conditionsKey` of their variables. */
  readonly roots: Map<OperationDefinitionNode, Map<string, ObjectPlan>>
}

/** Root plans cached for an operation. A plan takes several times the memory of its document. */
const MAX_PLANS = 2
const cache = new WeakMap<DocumentNode, WeakMap<GraphQLSchema, DocumentPlan>>()

export function planDocument(schema: GraphQLSchema, document: DocumentNode): DocumentPlan {
  let plans = cache.get(document)
  if (plans === undefined) {
    plans = new WeakMap()
    cache.set(document, plans)
  }
  let plan = plans.get(schema)
  if (plan === undefined) {
    plan = {
      fragments: fragmentsOf(document),
      conditionVariables: conditionVariables(document),
      roots: new Map(),
    }
    plans.set(schema, plan)
  }
  return plan
}

/** The plan for an operation's root object. Undefined if the schema has no root type for it. */
export function planOperation(
  schema: GraphQLSchema,
  { conditionVariables, roots }: DocumentPlan,
  operation: OperationDefinitionNode,
  variableValues: Values,
): ObjectPlan | undefined {
  const type = schema.getRootType(operation.operation)
  if (type == null) return undefined
  const plans = roots.get(operation) ?? new Map<string, ObjectPlan>()
  roots.set(operation, plans)
  const key = conditionsKey(conditionVariables, variableValues)
  const cached = plans.get(key)
  if (cached !== undefined) return cached
  if (plans.size === MAX_PLANS) plans.clear()
  const plan = objectPlan(type, [operation.selectionSet])
  plans.set(key, plan)
  return plan
}

/** GetOperation of the specification. Returns its error instead of throwing it. */
export function selectOperation(
  { definitions }: DocumentNode,
  name: string | null | undefined,
): OperationDefinitionNode | GraphQLError {
  let selected: OperationDefinitionNode | undefined
  for (const definition of definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue
    if (name == null && selected !== undefined)
      return new GraphQLError('Must provide operation name if query contains multiple operations.')
    if (name == null || definition.name?.value === name) selected = definition
  }
  if (selected !== undefined) return selected
  return new GraphQLError(name == null ? 'Must provide an operation.' : `Unknown operation named "${name}".`)
}

export function fragmentsOf({ definitions }: DocumentNode): Fragments {
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null)
  for (const definition of definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition
  return fragments
}
