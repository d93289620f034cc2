import type { GraphQLError, GraphQLFieldResolver, GraphQLResolveInfo, GraphQLTypeResolver } from 'graphql'
import type { CollectScope } from './collect.ts'

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
