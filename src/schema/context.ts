import type { Loaders } from '../loaders/loaders.ts'

/** The GraphQL context: what the resolvers of one request share. */
export interface Context {
  readonly loaders: Loaders
  /** The most ids that `nodes` accepts. */
  readonly maxNodeIds: number
}
