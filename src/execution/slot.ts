import { type GraphQLError, locatedError, type ResponsePath, responsePathAsArray } from 'graphql'
import { type ExecutionContext, isPromise, settleOne } from './execution-context.ts'
import type { FieldPlan } from './plan.ts'

/** A place in the result, for a value that may arrive later or that contains further places. */
export interface Slot {
  /** The object or list that the value goes into. */
  readonly container: { [key: number]: unknown }
  readonly key: string | number
  readonly isNonNull: boolean
  /** The slot of the object or list around this one; undefined for `data` itself. */
  readonly parent: Slot | undefined
  /** The object type that has the field; undefined for an item of a list. */
  readonly typename: string | undefined
  /** Whether an error has nulled this slot. Values and errors that arrive later for it or for slots within it are dropped. */
  isNulled: boolean
}

/** The response path of a slot, undefined for `data` itself. Built on demand, because few executions need any path. */
export function pathOf({ parent, key, typename }: Slot): ResponsePath | undefined {
  return parent === undefined ? undefined : { prev: pathOf(parent), key, typename }
}

/** Adds the field's nodes and the path to an error. An error that already has a path is unchanged. */
export function locate(error: unknown, { nodes }: FieldPlan, path: ResponsePath | undefined): GraphQLError {
  return locatedError(error, nodes, responsePathAsArray(path))
}

/**
 * HandleFieldError of the specification for an error in the current call stack: reports it and returns null as the value,
 * or rethrows it for the parent if the value is non-null.
 *
 * `slot` is the value's own slot, if it has one yet.
 */
export function handleFieldError(
  { errors }: ExecutionContext,
  error: GraphQLError,
  isNonNull: boolean,
  slot: Slot | undefined,
): null {
  if (isNonNull) throw error
  errors.push(error)
  if (slot !== undefined) slot.isNulled = true
  return null
}

export function fillSlot({ container, key }: Slot, value: unknown): void {
  // An index signature covers both lists (number keys) and objects (string keys) only as numbers.
  container[key as number] = value
}

/**
 * Completes a value when its promise resolves, unless an error has nulled its slot before. Returns undefined, which is
 * the placeholder in the container until then: no completed value is undefined.
 */
export function fillSlotWhenResolved(
  { context, field }: { readonly context: ExecutionContext; readonly field: FieldPlan },
  slot: Slot,
  promise: PromiseLike<unknown>,
  complete: (value: unknown) => unknown,
): undefined {
  context.pendingPromises += 1
  Promise.resolve(promise).then(
    (value) => {
      if (!isNulledAround(slot))
        try {
          fillSlot(slot, complete(value))
        } catch (error) {
          nullSlot(context, locate(error, field, pathOf(slot)), slot)
        }
      settleOne(context)
    },
    (error) => {
      nullSlot(context, locate(error, field, pathOf(slot)), slot)
      settleOne(context)
    },
  )
}

/** Waits for a value that is not part of the result, so that its rejection does not stay unhandled. */
export function awaitUnused(context: ExecutionContext, value: unknown): void {
  if (!isPromise(value)) return
  context.pendingPromises += 1
  const settle = () => settleOne(context)
  Promise.resolve(value).then(settle, settle)
}

/** HandleFieldError for a promised value: nulls the nearest slot around it that may be null. */
function nullSlot({ errors }: ExecutionContext, error: GraphQLError, slot: Slot): void {
  if (isNulledAround(slot)) return
  let nullable = slot
  while (nullable.isNonNull && nullable.parent !== undefined) nullable = nullable.parent
  nullable.isNulled = true
  fillSlot(nullable, null)
  errors.push(error)
}

/** Whether an error has nulled the slot, or one around it. */
function isNulledAround(slot: Slot): boolean {
  for (let each: Slot | undefined = slot; each !== undefined; each = each.parent)
    if (each.isNulled) return true
  return false
}
