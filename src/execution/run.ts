import type {
  GraphQLError,
  GraphQLFieldResolver,
  GraphQLResolveInfo,
  GraphQLTypeResolver,
  ResponsePath,
} from 'graphql'
import type { CollectScope } from './collect.ts'
import type { FieldPlan } from './plan.ts'

/** One execution of one operation. */
export interface Run extends CollectScope {
  readonly operation: GraphQLResolveInfo['operation']
  readonly variableValues: { [variable: string]: unknown }
  readonly rootValue: unknown
  readonly contextValue: unknown
  readonly fieldResolver: GraphQLFieldResolver<unknown, unknown>
  readonly typeResolver: GraphQLTypeResolver<unknown, unknown>
  readonly errors: GraphQLError[]
  /** How many promises are waited for. */
  pending: number
  /** Called when it gets to none. */
  onSettled: () => void
}

/** Waits for every promise that is waited for now, and those that come of them. Never rejects. */
export function whenSettled(run: Run): Promise<void> {
  return new Promise((resolve) => {
    run.onSettled = resolve
  })
}

/** What a resolver is told of its call. */
export function resolveInfo(run: Run, field: FieldPlan, path: ResponsePath): GraphQLResolveInfo {
  return {
    fieldName: field.definition.name,
    fieldNodes: field.nodes,
    returnType: field.definition.type,
    parentType: field.parentType,
    path,
    schema: run.schema,
    fragments: run.fragments as GraphQLResolveInfo['fragments'],
    rootValue: run.rootValue,
    operation: run.operation,
    variableValues: run.variableValues,
  }
}
