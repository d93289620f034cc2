import type { Loaders } from '../loaders/loaders.ts'

/** What every resolver is given: the loaders of this one GraphQL request. */
export interface Context {
  readonly loaders: Loaders
}
