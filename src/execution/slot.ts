import { type GraphQLError, locatedError, type ResponsePath, responsePathAsArray } from 'graphql'
import type { FieldPlan } from './plan.ts'
import type { Run } from './run.ts'

/** A place in the result, for a value that may come later, or that has places within it. */
export interface Slot {
  /** The object or list that the value goes into. */
  readonly container: { [key: number]: unknown }
  readonly key: string | number
  readonly isNonNull: boolean
  /** The place of the object or list that this one is in; undefined for the data as a whole. */
  readonly parent: Slot | undefined
  /** The object type whose field it is; undefined for an item of a list. */
  readonly typename: string | undefined
  /** An error has made it null: nothing that comes later for it or within it is shown, errors neither. */
  isNulled: boolean
}

/** Where it is in the answer: worked out when it is asked for, as it mostly is not. Undefined for the data as a whole. */
export function pathOf({ parent, key, typename }: Slot): ResponsePath | undefined {
  return parent === undefined ? undefined : { prev: pathOf(parent), key, typename }
}

/** The error as the client gets it: of this field, at this place. One that knows its place already stays as it is. */
export function locate(error: unknown, { nodes }: FieldPlan, path: ResponsePath | undefined): GraphQLError {
  return locatedError(error, nodes, responsePathAsArray(path))
}

/**
 * HandleFieldError where the value was being completed: gives the null that takes its place, or throws the error on to
 * the parent's place. `slot` is the value's own place, if it got one. No place around it can be gone: what is within a
 * place that is gone is not completed.
 */
export function handleFieldError(
  run: Run,
  error: GraphQLError,
  isNonNull: boolean,
  slot: Slot | undefined,
): null {
  if (isNonNull) throw error
  run.errors.push(error)
  if (slot !== undefined) slot.isNulled = true
  return null
}

/** HandleFieldError for a value that came later: nulls the nearest place that may be null. */
export function failSlot(run: Run, error: GraphQLError, slot: Slot): void {
  if (isGone(slot)) return
  let nulled = slot
  while (nulled.isNonNull && nulled.parent !== undefined) nulled = nulled.parent
  nulled.isNulled = true
  fillSlot(nulled, null)
  run.errors.push(error)
}

export function fillSlot({ container, key }: Slot, value: unknown): void {
  // Lists have numbers for keys, and objects names; a type for both of them says numbers.
  container[key as number] = value
}

/** Whether an error has nulled this place, or one around it. */
export function isGone(slot: Slot): boolean {
  for (let place: Slot | undefined = slot; place !== undefined; place = place.parent)
    if (place.isNulled) return true
  return false
}
