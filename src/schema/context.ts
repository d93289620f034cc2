import type { Loaders } from '../loaders/loaders.ts'

/** The GraphQL context: what the resolvers of one request share. */
export interface Context {
  readonly loaders: Loaders
  /** The most ids that `nodes` accepts. */
  readonly maxNodeIds: number
  /** An IANA name: the time zone of a clinic's days, where a client names none. */
  readonly clinicTimeZone: string
}
