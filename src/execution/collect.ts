import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  type InlineFragmentNode,
  isAbstractType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  typeFromAST,
  visit,
} from 'graphql'

export type Fragments = Readonly<Record<string, FragmentDefinitionNode>>
export type Values = Readonly<Record<string, unknown>>
/** The nodes of each response key, in the order in which the document first has the keys. */
export type CollectedFields = ReadonlyMap<string, readonly FieldNode[]>

/** The context that, with the document, decides which fields a selection set has. */
export interface CollectScope {
  readonly schema: GraphQLSchema
  readonly fragments: Fragments
  readonly variableValues: Values
}

/**
 * CollectFields of the specification, for all the selection sets of one response key together: a fragment that they
 * spread several times counts once. Throws a GraphQLError if an argument of @skip or @include does not fit its type.
 */
export function collectFields(
  { schema, fragments, variableValues }: CollectScope,
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
): CollectedFields {
  const fields = new Map<string, FieldNode[]>()
  const visited = new Set<string>()

  function collect({ selections }: SelectionSetNode): void {
    for (const selection of selections)
      switch (selection.kind) {
        case Kind.FIELD:
          if (isIncluded(selection, variableValues)) add(selection)
          break
        case Kind.INLINE_FRAGMENT:
          if (isIncluded(selection, variableValues) && appliesTo(schema, selection, type))
            collect(selection.selectionSet)
          break
        case Kind.FRAGMENT_SPREAD: {
          const name = selection.name.value
          if (visited.has(name) || !isIncluded(selection, variableValues)) break
          visited.add(name)
          const fragment = fragments[name]
          if (fragment !== undefined && appliesTo(schema, fragment, type)) collect(fragment.selectionSet)
        }
      }
  }

  function add(node: FieldNode): void {
    const key = (node.alias ?? node.name).value
    const nodes = fields.get(key)
    if (nodes === undefined) fields.set(key, [node])
    else nodes.push(node)
  }

  for (const selectionSet of selectionSets) collect(selectionSet)
  return fields
}

/** CollectSubfields of the specification: the fields selected below the nodes of one response key. */
export function collectSubfields(
  scope: CollectScope,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
): CollectedFields {
  return collectFields(scope, type, selectionSetsOf(nodes))
}

export function selectionSetsOf(nodes: readonly FieldNode[]): SelectionSetNode[] {
  return nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
}

/** The variables of this document's @skip and @include, which decide which fields it has. */
export function conditionVariables(document: DocumentNode): readonly string[] {
  const names = new Set<string>()
  visit(document, {
    Directive({ name, arguments: args }) {
      if (name.value !== 'skip' && name.value !== 'include') return
      for (const { value } of args ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value)
    },
  })
  return [...names]
}

/** Equal for values that select the same fields, and for values that are refused with the same error. */
export function conditionsKey(names: readonly string[], values: Values): string {
  return names.map((name) => conditionKey(Object.hasOwn(values, name) ? values[name] : null)).join()
}

function conditionKey(value: unknown): string {
  if (typeof value === 'boolean') return String(value)
  return value == null ? 'null' : 'other'
}

function isIncluded(node: SelectionNode, variableValues: Values): boolean {
  if (node.directives === undefined || node.directives.length === 0) return true
  if (getDirectiveValues(GraphQLSkipDirective, node, variableValues)?.if === true) return false
  return getDirectiveValues(GraphQLIncludeDirective, node, variableValues)?.if !== false
}

function appliesTo(
  schema: GraphQLSchema,
  { typeCondition }: FragmentDefinitionNode | InlineFragmentNode,
  type: GraphQLObjectType,
): boolean {
  if (typeCondition === undefined) return true
  const condition = typeFromAST(schema, typeCondition)
  return condition === type || (isAbstractType(condition) && schema.isSubType(condition, type))
}
