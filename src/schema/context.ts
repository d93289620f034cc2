import type { Loaders } from '../loaders/loaders.ts'

/** What every resolver is given: the loaders of this one GraphQL request, and what it may ask for. */
export interface Context {
  readonly loaders: Loaders
  /** The most ids that `nodes` takes. */
  readonly maxNodeIds: number
}
