import {
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
  getArgumentValues,
  isEnumType,
  isNonNullType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  type ValueNode,
} from 'graphql'
import type { Values } from './collect.ts'

export type FieldDefinition = GraphQLField<unknown, unknown>

/** The arguments of a call that has none. Resolvers share it, so it is frozen. */
const NO_ARGUMENTS: Values = Object.freeze({})

/**
 * The arguments that every call of a field gets; undefined where they must be coerced for each. Objects must: a resolver
 * may change what it is given. Custom scalars too: how they read a literal may depend on the time.
 */
export function constantArguments(definition: FieldDefinition, node: FieldNode): Values | undefined {
  if (definition.args.length === 0) return NO_ARGUMENTS
  if (!definition.args.every((argument) => isPlain(argument, node))) return undefined
  if (node.arguments?.some(({ value }) => !isPlainLiteral(value))) return undefined
  try {
    return getArgumentValues(definition, node)
  } catch {
    return undefined
  }
}

/** CoerceArgumentValues of the specification. Throws a GraphQLError that knows its place in the document. */
export function argumentsOf(
  constant: Values | undefined,
  definition: FieldDefinition,
  node: FieldNode,
  variableValues: Values,
): Record<string, unknown> {
  if (constant === undefined) return getArgumentValues(definition, node, variableValues)
  return constant === NO_ARGUMENTS ? constant : { ...constant }
}

/** One that is left out, and has no default, is nothing to coerce. */
function isPlain({ name, type, defaultValue }: GraphQLArgument, node: FieldNode): boolean {
  const nullable = isNonNullType(type) ? type.ofType : type
  if (isEnumType(nullable) || (isScalarType(nullable) && isSpecifiedScalarType(nullable))) return true
  return defaultValue === undefined && !node.arguments?.some((given) => given.name.value === name)
}

function isPlainLiteral({ kind }: ValueNode): boolean {
  return kind !== Kind.VARIABLE && kind !== Kind.LIST && kind !== Kind.OBJECT
}
