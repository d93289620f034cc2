import type { EntryKind } from '../contract/directory-fields.ts'
import type { FieldName } from '../contract/field-names.ts'
import type { ConnectionSelection } from '../loaders/lists/connection.ts'
import type { Pricing } from '../loaders/pricing.ts'
import type { Cost } from '../pagination/cost.ts'
import type { Reference } from './global-id.ts'

/** The cost of a field in upstream requests, without the fields below it, and what the field returns. */
export interface Price {
  readonly cost: Cost
  /** The gateway sends one request for equal keys in an operation. */
  readonly key?: string
  /** The gateway may read the lists of one family together. */
  readonly family?: string
  /** The object type that the field returns, where its declared type is an interface. */
  readonly type?: string
  /** The most appointments that the field returns, and their fields that cost no further request. */
  readonly rows?: { readonly count: number; readonly known: KnownFields }
  /** The most people or places that the field returns from a list: their fields need no directory. */
  readonly entries?: { readonly count: number }
  /** The reference that the field returns. Its id is empty where it is unknown before the upstream request. */
  readonly reference?: Reference
}

export type KnownFields = ReadonlySet<FieldName> | 'all'

export interface PriceContext {
  readonly pricing: Pricing
  /** The value of the resolvers' context. */
  readonly clinicTimeZone: string
  /** The reference that the client selects the field on. */
  readonly parent: Reference | undefined
  readonly selection: ConnectionSelection
}

/** Prices a field by its arguments; throws where the resolver would refuse them. Used as `extensions.price`. */
// biome-ignore lint/suspicious/noExplicitAny: the arguments differ from field to field, and graphql has coerced them
export type PriceTag = (args: any, context: PriceContext) => readonly Price[]

/** The `extensions` of a field that the estimate of an operation reads. */
export interface FieldPricing {
  readonly price?: PriceTag
  /** The greatest `min` that `price` returns, whatever the arguments; without it there is no bound. */
  readonly minAtMost?: number
  /** The field of the appointment that the resolver reads: a list row without it costs a request. */
  readonly needs?: FieldName
  /** The kind of a person or a place whose field this is: `pricing.entry` has its cost. */
  readonly reads?: EntryKind
  /** The kind of reference that the field returns. */
  readonly refersTo?: Reference['kind']
}

export const FREE: Cost = { min: 0, max: 0 }
export const ONE: Cost = { min: 1, max: 1 }
