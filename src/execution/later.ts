import type { FieldPlan } from './plan.ts'
import type { Run } from './run.ts'
import { failSlot, fillSlot, isGone, locate, pathOf, type Slot } from './slot.ts'

/**
 * As graphql-js tells a promise. Whatever it is, it is only ever used through `Promise.resolve`, so that what comes of
 * it never comes before the caller has returned.
 */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    'then' in value &&
    typeof value.then === 'function'
  )
}

/**
 * Completes a value when it comes. Undefined holds its place until then: no completed value is undefined. What comes
 * for a place that is gone is dropped, and nothing more is resolved for it.
 */
export function later(
  run: Run,
  field: FieldPlan,
  slot: Slot,
  value: PromiseLike<unknown>,
  complete: (value: unknown) => unknown,
): undefined {
  run.pending += 1
  Promise.resolve(value).then(
    (come) => {
      if (!isGone(slot))
        try {
          fillSlot(slot, complete(come))
        } catch (error) {
          fail(run, field, slot, error)
        }
      settle(run)
    },
    (error) => {
      fail(run, field, slot, error)
      settle(run)
    },
  )
}

function fail(run: Run, field: FieldPlan, slot: Slot, error: unknown): void {
  failSlot(run, locate(error, field, pathOf(slot)), slot)
}

/** Waits for a value that nobody will see, so that its rejection is not one that nobody handles. */
export function disregard(run: Run, value: unknown): void {
  if (!isPromise(value)) return
  run.pending += 1
  const done = () => settle(run)
  Promise.resolve(value).then(done, done)
}

function settle(run: Run): void {
  run.pending -= 1
  if (run.pending === 0) run.onSettled()
}
