import { GraphQLError, type GraphQLResolveInfo } from 'graphql'
import { completeLater, completeValue } from './complete.ts'
import { disregard, isPromise } from './later.ts'
import type { FieldPlan } from './plan.ts'
import type { Run } from './run.ts'
import type { ListShape, Shape } from './shape.ts'
import { handleFieldError, locate, pathOf, type Slot } from './slot.ts'

/** Completes each item of anything that can be iterated at once. Throws the error of an item that may not be null. */
export function completeListValue(
  run: Run,
  field: FieldPlan,
  info: GraphQLResolveInfo,
  shape: ListShape,
  value: unknown,
  slot: Slot,
): unknown[] {
  if (!isIterableObject(value))
    throw new GraphQLError(
      `Expected Iterable, but did not find one for field "${field.parentType.name}.${field.definition.name}".`,
    )
  const completed: unknown[] = []
  try {
    for (const item of value)
      completed.push(completeItem(run, field, info, shape.item, item, completed, slot))
  } catch (error) {
    if (Array.isArray(value)) for (const item of value.slice(completed.length + 1)) disregard(run, item)
    throw error
  }
  return completed
}

function completeItem(
  run: Run,
  field: FieldPlan,
  info: GraphQLResolveInfo,
  shape: Shape,
  item: unknown,
  container: unknown[],
  parent: Slot,
): unknown {
  const key = container.length
  const { isNonNull } = shape
  const slot: Slot = { container, key, typename: undefined, isNonNull, parent, isNulled: false }
  try {
    if (!isPromise(item)) return completeValue(run, field, info, shape, item, slot)
    return completeLater(run, field, info, shape, item, slot)
  } catch (error) {
    return handleFieldError(run, locate(error, field, pathOf(slot)), isNonNull, slot)
  }
}

function isIterableObject(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
    ? typeof value[Symbol.iterator] === 'function'
    : false
}
