import type { Kind } from './global-id.ts'

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
