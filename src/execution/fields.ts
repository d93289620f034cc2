import { argumentsOf } from './arguments.ts'
import { completeLater, completeLeafValue, completeValue } from './complete.ts'
import { isPromise } from './later.ts'
import type { FieldPlan, SelectionPlan } from './plan.ts'
import { ResolveInfo } from './resolve-info.ts'
import { type Run, whenSettled } from './run.ts'
import { fillSlot, handleFieldError, locate, type Slot } from './slot.ts'

type Data = Record<string, unknown>

/** ExecuteSelectionSet of the specification. Throws the error of a field that may not be null. */
export function executeFields(
  run: Run,
  { fields, template }: SelectionPlan,
  source: unknown,
  slot: Slot,
): Data {
  const data: Data = { ...template }
  for (const field of fields) data[field.key] = executeField(run, field, source, data, slot)
  return data
}

/**
 * The same one after the other: a field begins when all of the one before has settled. Gives a promise where there is
 * something to wait for, and stops where an error nulls the whole data.
 */
export function executeFieldsSerially(
  run: Run,
  { fields, template }: SelectionPlan,
  source: unknown,
  slot: Slot,
): Promise<void> | undefined {
  const data: Data = { ...template }
  fillSlot(slot, data)
  const queue = fields.values()

  function goOn(): Promise<void> | undefined {
    for (const field of queue) {
      data[field.key] = executeField(run, field, source, data, slot)
      if (run.pending > 0) return whenSettled(run).then(() => (slot.isNulled ? undefined : goOn()))
    }
    return undefined
  }
  return goOn()
}

/**
 * ExecuteField of the specification: the completed value, or undefined where it comes later. Throws an error with its
 * place where the field may not be null.
 */
function executeField(run: Run, field: FieldPlan, source: unknown, container: Data, parent: Slot): unknown {
  const { key, shape } = field
  const info = new ResolveInfo(run, field, parent)
  let slot: Slot | undefined
  try {
    const args = argumentsOf(field.arguments, field.definition, field.node, run.variableValues)
    const resolve = field.resolve ?? run.fieldResolver
    const value: unknown = resolve(source, args, run.contextValue, info)
    const isLater = isPromise(value)
    if (shape.kind === 'leaf' && !isLater) return completeLeafValue(field, shape, value)
    const typename = field.parentType.name
    slot = { container, key, typename, isNonNull: shape.isNonNull, parent, isNulled: false }
    if (!isLater) return completeValue(run, field, info, shape, value, slot)
    return completeLater(run, field, info, shape, value, slot)
  } catch (error) {
    return handleFieldError(run, locate(error, field, info.path), shape.isNonNull, slot)
  }
}
