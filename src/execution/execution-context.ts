import type { GraphQLError, GraphQLFieldResolver, GraphQLResolveInfo, GraphQLTypeResolver } from 'graphql'
import type { CollectScope } from './collect.ts'

/** One execution of one operation: the values that all its fields share, its errors so far, and its pending promises. */
export interface ExecutionContext extends CollectScope {
  readonly operation: GraphQLResolveInfo['operation']
  readonly variableValues: { [variable: string]: unknown }
  readonly rootValue: unknown
  readonly contextValue: unknown
  readonly fieldResolver: GraphQLFieldResolver<unknown, unknown>
  readonly typeResolver: GraphQLTypeResolver<unknown, unknown>
  readonly errors: GraphQLError[]
  pendingPromises: number
  /** Called when `pendingPromises` drops to 0. */
  onSettled: () => void
}

/**
 * Whether graphql-js treats the value as a promise: anything with a `then` method. The executor passes it to
 * `Promise.resolve` before use, so that even a synchronous `then` runs no callback before its caller has returned.
 */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    'then' in value &&
    typeof value.then === 'function'
  )
}

/** Marks one pending promise as settled. */
export function settleOne(context: ExecutionContext): void {
  context.pendingPromises -= 1
  if (context.pendingPromises === 0) context.onSettled()
}

/** Resolves when no promise is pending any more, including promises that the pending ones cause. Never rejects. */
export function whenSettled(context: ExecutionContext): Promise<void> {
  return new Promise((resolve) => {
    context.onSettled = resolve
  })
}
