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

/** A field node of the document, with its definition in the schema and the plan for its arguments. */
export interface FieldArguments {
  readonly definition: FieldDefinition
  readonly node: FieldNode
  /** Undefined if each call coerces all arguments again. */
  readonly arguments: ArgumentsPlan | undefined
}

/** The arguments of every call: constant values, and variables, whose values each execution has coerced. */
export interface ArgumentsPlan {
  readonly values: Values
  readonly variables: readonly VariableArgument[]
}

interface VariableArgument {
  readonly argument: string
  readonly variable: string
  readonly isNonNull: boolean
}

/** Frozen, because all calls of fields without arguments share it. */
const NO_ARGUMENTS: Values = Object.freeze({})

/**
 * Undefined if each call must coerce the arguments again: for object literals, because a resolver may mutate them, and
 * for custom scalars, because their value of a literal may depend on the time.
 */
export function planArguments(definition: FieldDefinition, node: FieldNode): ArgumentsPlan | undefined {
  const given = node.arguments ?? []
  if (definition.args.length === 0) return { values: NO_ARGUMENTS, variables: [] }
  if (given.length > 0 && given.every(({ value }) => value.kind === Kind.VARIABLE))
    return planVariables(definition, node)
  if (!definition.args.every((argument) => isPlain(argument, node))) return undefined
  if (given.some(({ value }) => !isPlainLiteral(value))) return undefined
  try {
    return { values: getArgumentValues(definition, node), variables: [] }
  } catch {
    return undefined
  }
}

/** CoerceArgumentValues of the specification. Throws a GraphQLError with the nodes at fault. */
export function coerceArgumentValues(
  { arguments: plan, definition, node }: FieldArguments,
  variableValues: Values,
): Record<string, unknown> {
  if (plan === undefined) return getArgumentValues(definition, node, variableValues)
  if (plan.values === NO_ARGUMENTS) return NO_ARGUMENTS
  const values: Record<string, unknown> = { ...plan.values }
  for (const { argument, variable, isNonNull } of plan.variables) {
    const value = Object.hasOwn(variableValues, variable) ? variableValues[variable] : undefined
    // graphql-js decides between the default, an absent argument and an error.
    if (value === undefined || (value === null && isNonNull))
      return getArgumentValues(definition, node, variableValues)
    values[argument] = value
  }
  return values
}

/** For a field whose arguments are all variables, so that no call creates the two maps of `getArgumentValues`. */
function planVariables(definition: FieldDefinition, node: FieldNode): ArgumentsPlan | undefined {
  const values: [argument: string, value: unknown][] = []
  const variables: VariableArgument[] = []
  for (const { name, type, defaultValue } of definition.args) {
    const value = node.arguments?.find((given) => given.name.value === name)?.value
    if (value?.kind === Kind.VARIABLE)
      variables.push({ argument: name, variable: value.name.value, isNonNull: isNonNullType(type) })
    else if (isNonNullType(type) && defaultValue === undefined) return undefined
    if (value !== undefined || defaultValue !== undefined) values.push([name, defaultValue])
  }
  return { values: Object.fromEntries(values), variables }
}

/** Whether the argument has the same immutable value in each call, which is also the case if it is absent without a default. */
function isPlain({ name, type, defaultValue }: GraphQLArgument, node: FieldNode): boolean {
  const nullable = isNonNullType(type) ? type.ofType : type
  if (isEnumType(nullable) || (isScalarType(nullable) && isSpecifiedScalarType(nullable))) return true
  return defaultValue === undefined && !node.arguments?.some((given) => given.name.value === name)
}

function isPlainLiteral({ kind }: ValueNode): boolean {
  return kind !== Kind.VARIABLE && kind !== Kind.LIST && kind !== Kind.OBJECT
}
