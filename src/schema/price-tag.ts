import type { FieldName } from '../contract/field-names.ts'
import type { ConnectionSelection } from '../loaders/connection.ts'
import type { Pricing } from '../loaders/pricing.ts'
import type { Cost } from '../pagination/cost.ts'
import type { Reference } from './global-id.ts'

/** What a field would cost upstream before anything below it, and what it would give. */
export interface Price {
  readonly cost: Cost
  /** Equal keys cost once in an operation. */
  readonly key?: string
  /** Lists of one family may be read as one. */
  readonly family?: string
  /** The type of what it gives, where the field's own is an interface. */
  readonly type?: string
  /** Appointments that it gives, and the fields of theirs that cost nothing more. */
  readonly rows?: { readonly count: number; readonly held: Held }
  /** The reference that it gives. */
  readonly reference?: Reference
}

export type Held = ReadonlySet<FieldName> | 'all'

export interface PriceContext {
  readonly pricing: Pricing
  /** The reference that the field belongs to. */
  readonly parent: Reference | undefined
  readonly wanted: ConnectionSelection
}

/** Written beside a field's resolver, in `extensions.price`. Throws what the resolver would throw of its arguments. */
// biome-ignore lint/suspicious/noExplicitAny: each field has arguments of its own, which graphql has coerced
export type PriceTag = (args: any, context: PriceContext) => readonly Price[]

/** What a field says in its `extensions` of what it costs. */
export interface FieldPricing {
  readonly price?: PriceTag
  /** The most that it can cost for certain, whatever its arguments; where it does not say, anything. */
  readonly minAtMost?: number
  /** The field of an appointment that its row must hold. */
  readonly needs?: FieldName
  /** The kind of reference that it gives. */
  readonly refersTo?: Reference['kind']
}

export const FREE: Cost = { min: 0, max: 0 }
export const ONE: Cost = { min: 1, max: 1 }
