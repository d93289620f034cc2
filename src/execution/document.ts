import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql'
import type { Fragments, Values } from './collect.ts'
import { conditionsKey, conditionVariables } from './conditions.ts'
import { type ObjectPlan, objectPlan } from './shape.ts'

/** What is remembered of a document as long as somebody holds it. */
export interface DocumentPlan {
  readonly fragments: Fragments
  readonly conditionVariables: readonly string[]
  /** The plans of an operation, one for each set of fields that its @skip and @include let through. */
  readonly roots: Map<OperationDefinitionNode, Map<string, ObjectPlan>>
}

/** A plan takes some times the memory of its document; who changes the conditions all the time has it made again. */
const MAX_PLANS = 2
const remembered = new WeakMap<DocumentNode, WeakMap<GraphQLSchema, DocumentPlan>>()

export function planDocument(schema: GraphQLSchema, document: DocumentNode): DocumentPlan {
  let plans = remembered.get(document)
  if (plans === undefined) {
    plans = new WeakMap()
    remembered.set(document, plans)
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

/** The plan of an operation's outermost selection. Undefined where the schema has no such operations. */
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
  const known = plans.get(key)
  if (known !== undefined) return known
  if (plans.size === MAX_PLANS) plans.clear()
  const plan = objectPlan(type, [operation.selectionSet])
  plans.set(key, plan)
  return plan
}

/** GetOperation of the specification. */
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
