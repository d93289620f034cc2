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

/** What every call of a field gets, and which variables, whose values are coerced already, it gets besides. */
export interface ArgumentsPlan {
  readonly values: Values
  readonly sources: readonly Source[]
}

interface Source {
  readonly argument: string
  readonly variable: string
  readonly isNonNull: boolean
}

/** The arguments of a call that has none. Resolvers share it, so it is frozen. */
const NO_ARGUMENTS: Values = Object.freeze({})

/**
 * Undefined where they must be coerced for each call. Object literals must: a resolver may change what it is given.
 * Custom scalars too: how they read a literal may depend on the time.
 */
export function planArguments(definition: FieldDefinition, node: FieldNode): ArgumentsPlan | undefined {
  const given = node.arguments ?? []
  if (definition.args.length === 0) return { values: NO_ARGUMENTS, sources: [] }
  if (given.length > 0 && given.every(({ value }) => value.kind === Kind.VARIABLE))
    return planVariables(definition, node)
  if (!definition.args.every((argument) => isPlain(argument, node))) return undefined
  if (given.some(({ value }) => !isPlainLiteral(value))) return undefined
  try {
    return { values: getArgumentValues(definition, node), sources: [] }
  } catch {
    return undefined
  }
}

/** CoerceArgumentValues of the specification. Throws a GraphQLError that knows its place in the document. */
export function argumentsOf(
  plan: ArgumentsPlan | undefined,
  definition: FieldDefinition,
  node: FieldNode,
  variableValues: Values,
): Record<string, unknown> {
  if (plan === undefined) return getArgumentValues(definition, node, variableValues)
  if (plan.values === NO_ARGUMENTS) return NO_ARGUMENTS
  const values: Record<string, unknown> = { ...plan.values }
  for (const { argument, variable, isNonNull } of plan.sources) {
    const value = Object.hasOwn(variableValues, variable) ? variableValues[variable] : undefined
    // What is not there, or must not be null, is graphql-js' to judge.
    if (value === undefined || (value === null && isNonNull))
      return getArgumentValues(definition, node, variableValues)
    values[argument] = value
  }
  return values
}

/** Written out, as graphql-js makes two tables for each call: a 16th of what an operation with 50 of them allocates. */
function planVariables(definition: FieldDefinition, node: FieldNode): ArgumentsPlan | undefined {
  const values: [argument: string, value: unknown][] = []
  const sources: Source[] = []
  for (const { name, type, defaultValue } of definition.args) {
    const value = node.arguments?.find((given) => given.name.value === name)?.value
    if (value?.kind === Kind.VARIABLE)
      sources.push({ argument: name, variable: value.name.value, isNonNull: isNonNullType(type) })
    else if (isNonNullType(type) && defaultValue === undefined) return undefined
    if (value !== undefined || defaultValue !== undefined) values.push([name, defaultValue])
  }
  return { values: Object.fromEntries(values), sources }
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
