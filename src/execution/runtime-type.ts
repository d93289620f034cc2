import { GraphQLError, isObjectType } from 'graphql'
import { inspect } from 'graphql/jsutils/inspect.js'
import type { FieldPlan } from './plan.ts'
import type { Run } from './run.ts'
import { type AbstractShape, type ObjectPlan, objectPlan } from './shape.ts'

/** The plan for objects of the type that a value was resolved to. Throws where that is no type of the abstract one. */
export function runtimeObject(
  { schema }: Run,
  field: FieldPlan,
  { type: abstractType, selectionSets, objects }: AbstractShape,
  name: unknown,
  value: unknown,
): ObjectPlan {
  const known = typeof name === 'string' ? objects.get(name) : undefined
  if (known !== undefined) return known

  const { nodes } = field
  const abstract = `Abstract type "${abstractType.name}"`
  const must = `${abstract} must resolve to an Object type at runtime for field "${field.parentType.name}.${field.definition.name}"`
  if (name == null)
    throw new GraphQLError(
      `${must}. Either the "${abstractType.name}" type should provide a "resolveType" function or each possible type should provide an "isTypeOf" function.`,
      { nodes },
    )
  if (isObjectType(name))
    throw new GraphQLError(
      'Support for returning GraphQLObjectType from resolveType was removed in graphql-js@16.0.0 please return type name instead.',
    )
  if (typeof name !== 'string')
    throw new GraphQLError(`${must} with value ${inspect(value)}, received "${inspect(name)}".`)
  const type = schema.getType(name)
  if (type === undefined)
    throw new GraphQLError(
      `${abstract} was resolved to a type "${name}" that does not exist inside the schema.`,
      { nodes },
    )
  if (!isObjectType(type))
    throw new GraphQLError(`${abstract} was resolved to a non-object type "${name}".`, { nodes })
  if (!schema.isSubType(abstractType, type))
    throw new GraphQLError(
      `Runtime Object type "${type.name}" is not a possible type for "${abstractType.name}".`,
      { nodes },
    )
  const plan = objectPlan(type, selectionSets)
  objects.set(name, plan)
  return plan
}
