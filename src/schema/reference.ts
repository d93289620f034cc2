import { type Kind, parseId } from './global-id.ts'
import { FREE, type PriceTag } from './price-tag.ts'

export type ReferenceKind = Exclude<Kind, 'Appointment'>

/**
 * Something that an appointment points at. The Appointments API gives only its id, so a reference costs nothing, and
 * nothing tells whether it exists.
 */
export interface Reference<K extends ReferenceKind = ReferenceKind> {
  readonly kind: K
  readonly restId: string
}

export function reference<K extends ReferenceKind>(kind: K, restId: string): Reference<K> {
  return { kind, restId }
}

export function priceOfReference(kind: ReferenceKind): PriceTag {
  return ({ id }: { id: string }) => [{ cost: FREE, reference: reference(kind, parseId(kind, id, 'id')) }]
}
