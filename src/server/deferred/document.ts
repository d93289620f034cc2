import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getDirectiveValues,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
  visit,
} from 'graphql'
import { fragmentsOf } from '../../execution/index.ts'
import { DEFAULT_SIZE } from '../../pagination/arguments.ts'
import { DEFER, deferDirective } from '../../schema/directives.ts'

/** The document with only those `@defer`s that are active for the coerced variables, each without its `if`. */
export function activeDefers(
  document: DocumentNode,
  variableValues: Readonly<Record<string, unknown>>,
): DocumentNode {
  const settle = (node: SelectionNode) => {
    const directives = node.directives?.flatMap((directive) => {
      if (directive.name.value !== DEFER) return [directive]
      return isActive(node, variableValues) ? [withoutCondition(directive)] : []
    })
    return directives && { ...node, directives }
  }
  return visit(document, { [Kind.FRAGMENT_SPREAD]: settle, [Kind.INLINE_FRAGMENT]: settle })
}

interface CountOptions {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly variableValues: Readonly<Record<string, unknown>>
}

/**
 * The most groups that an operation may defer. A fragment in the rows of a list counts once for each row that the list may
 * have. The count of a named fragment is computed once, however often it is spread.
 */
export function countGroups(operation: OperationDefinitionNode, options: CountOptions): number {
  const { schema, document, variableValues } = options
  const fragments = fragmentsOf(document)
  const counted = new Map<string, number>()

  function inSet({ selections }: SelectionSetNode, type: GraphQLNamedType | null | undefined): number {
    return selections.reduce((sum, selection) => sum + inSelection(selection, type), 0)
  }

  function inSelection(selection: SelectionNode, type: GraphQLNamedType | null | undefined): number {
    const own = selection.directives?.some(({ name }) => name.value === DEFER) ? 1 : 0
    if (selection.kind === Kind.FRAGMENT_SPREAD) return own + inFragment(selection.name.value)
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const inner = selection.typeCondition ? schema.getType(selection.typeCondition.name.value) : type
      return own + inSet(selection.selectionSet, inner)
    }
    const field = hasFields(type) ? type.getFields()[selection.name.value] : undefined
    if (selection.selectionSet === undefined || field === undefined) return 0
    return rowsOf(selection, field, variableValues) * inSet(selection.selectionSet, getNamedType(field.type))
  }

  function inFragment(name: string): number {
    const known = counted.get(name)
    if (known !== undefined) return known
    const fragment = fragments[name]
    const count = fragment
      ? inSet(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value))
      : 0
    counted.set(name, count)
    return count
  }

  return inSet(operation.selectionSet, schema.getRootType(operation.operation))
}

function hasFields(
  type: GraphQLNamedType | null | undefined,
): type is GraphQLObjectType | GraphQLInterfaceType {
  return isObjectType(type) || isInterfaceType(type)
}

/** The most rows that a field may return, by its arguments; 1 for a field that is no list. */
function rowsOf(
  node: FieldNode,
  { args }: GraphQLField<unknown, unknown>,
  variableValues: Readonly<Record<string, unknown>>,
): number {
  const argumentOf = (name: string): unknown => {
    const value = node.arguments?.find((argument) => argument.name.value === name)?.value
    return value && valueFromASTUntyped(value, variableValues)
  }
  const list = args.map(({ name }) => argumentOf(name)).find(Array.isArray)
  if (list !== undefined) return list.length
  if (!args.some(({ name }) => name === 'first')) return 1
  return Number(argumentOf('first') ?? argumentOf('last') ?? DEFAULT_SIZE)
}

/** False also where the variable of `if` is null, although the directive requires a value. */
function isActive(node: SelectionNode, variableValues: Readonly<Record<string, unknown>>): boolean {
  try {
    return getDirectiveValues(deferDirective, node, variableValues)?.if === true
  } catch {
    return false
  }
}

function withoutCondition(directive: DirectiveNode): DirectiveNode {
  return { ...directive, arguments: directive.arguments?.filter(({ name }) => name.value !== 'if') ?? [] }
}
