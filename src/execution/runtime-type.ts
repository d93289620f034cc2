import { GraphQLError, isObjectType } from 'graphql'
import type { FieldCall } from './field-call.ts'
import { inspect } from './inspect.ts'
import { type AbstractShape, type ObjectPlan, objectPlan } from './plan.ts'

/**
 * The plan for the object type that an abstract type's value resolved to. Throws a GraphQLError with the text of
 * graphql-js if `typeName` is not a possible type of the abstract one.
 */
export function planRuntimeType(
  call: FieldCall,
  shape: AbstractShape,
  typeName: unknown,
  value: unknown,
): ObjectPlan {
  const known = typeof typeName === 'string' ? shape.objects.get(typeName) : undefined
  if (known !== undefined) return known

  const { schema } = call.context
  const { nodes } = call.field
  const abstractType = shape.type
  const abstract = `Abstract type "${abstractType.name}"`
  const must = `${abstract} must resolve to an Object type at runtime for field "${call.parentType.name}.${call.fieldName}"`
  if (typeName == null)
    throw new GraphQLError(
      `${must}. Either the "${abstractType.name}" type should provide a "resolveType" function or each possible type should provide an "isTypeOf" function.`,
      { nodes },
    )
  if (isObjectType(typeName))
    throw new GraphQLError(
      'Support for returning GraphQLObjectType from resolveType was removed in graphql-js@16.0.0 please return type name instead.',
    )
  if (typeof typeName !== 'string')
    throw new GraphQLError(`${must} with value ${inspect(value)}, received "${inspect(typeName)}".`)
  const type = schema.getType(typeName)
  if (type === undefined)
    throw new GraphQLError(
      `${abstract} was resolved to a type "${typeName}" that does not exist inside the schema.`,
      { nodes },
    )
  if (!isObjectType(type))
    throw new GraphQLError(`${abstract} was resolved to a non-object type "${typeName}".`, { nodes })
  if (!schema.isSubType(abstractType, type))
    throw new GraphQLError(
      `Runtime Object type "${type.name}" is not a possible type for "${abstractType.name}".`,
      { nodes },
    )
  const plan = objectPlan(type, shape.selectionSets)
  shape.objects.set(typeName, plan)
  return plan
}
