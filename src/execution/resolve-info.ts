import type { GraphQLObjectType, GraphQLOutputType, GraphQLResolveInfo, ResponsePath } from 'graphql'
import type { FieldPlan } from './plan.ts'
import type { Run } from './run.ts'
import { pathOf, type Slot } from './slot.ts'

/**
 * What a resolver is told of its call. It is looked up when a resolver asks, and most never do: to write it out, with
 * the path to its place, took a third of the memory of a page of 100.
 */
export class ResolveInfo implements GraphQLResolveInfo {
  private readonly run: Run
  private readonly field: FieldPlan
  private readonly parent: Slot

  constructor(run: Run, field: FieldPlan, parent: Slot) {
    this.run = run
    this.field = field
    this.parent = parent
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
    return { prev: pathOf(this.parent), key: this.field.key, typename: this.field.parentType.name }
  }
  get schema(): GraphQLResolveInfo['schema'] {
    return this.run.schema
  }
  get fragments(): GraphQLResolveInfo['fragments'] {
    return this.run.fragments as GraphQLResolveInfo['fragments']
  }
  get rootValue(): unknown {
    return this.run.rootValue
  }
  get operation(): GraphQLResolveInfo['operation'] {
    return this.run.operation
  }
  get variableValues(): GraphQLResolveInfo['variableValues'] {
    return this.run.variableValues
  }
}
