import type { GraphQLObjectType, GraphQLOutputType, GraphQLResolveInfo, ResponsePath } from 'graphql'
import type { ExecutionContext } from './execution-context.ts'
import type { FieldPlan } from './plan.ts'
import { pathOf, type Slot } from './slot.ts'

/**
 * One call of a field. The executor uses it as its own record of the call, and the resolver receives it as `info`.
 *
 * The properties that only `info` needs are getters, because most resolvers never read them. They belong to a class,
 * because an object literal with getters would create ten functions for each field of each row.
 */
export class FieldCall implements GraphQLResolveInfo {
  readonly context: ExecutionContext
  readonly field: FieldPlan
  /** The slot of the object that has the field. */
  readonly parentSlot: Slot

  constructor(context: ExecutionContext, field: FieldPlan, parentSlot: Slot) {
    this.context = context
    this.field = field
    this.parentSlot = parentSlot
  }

  get fieldName(): string {
    return this.field.definition.name
  }
  get fieldNodes(): GraphQLResolveInfo['fieldNodes'] {
    return this.field.nodes
  }
  get returnType(): GraphQLOutputType {
    return this.field.definition.type
  }
  get parentType(): GraphQLObjectType {
    return this.field.parentType
  }
  get path(): ResponsePath {
    return { prev: pathOf(this.parentSlot), key: this.field.key, typename: this.field.parentType.name }
  }
  get schema(): GraphQLResolveInfo['schema'] {
    return this.context.schema
  }
  get fragments(): GraphQLResolveInfo['fragments'] {
    return this.context.fragments as GraphQLResolveInfo['fragments']
  }
  get rootValue(): unknown {
    return this.context.rootValue
  }
  get operation(): GraphQLResolveInfo['operation'] {
    return this.context.operation
  }
  get variableValues(): GraphQLResolveInfo['variableValues'] {
    return this.context.variableValues
  }
}
