import { GraphQLError } from 'graphql'
import { coerceArgumentValues } from './arguments.ts'
import { type ExecutionContext, isPromise, whenSettled } from './execution-context.ts'
import { FieldCall } from './field-call.ts'
import { inspect } from './inspect.ts'
import {
  type AbstractShape,
  type FieldPlan,
  type LeafShape,
  type ListShape,
  type ObjectPlan,
  type SelectionPlan,
  type Shape,
  selectionOf,
} from './plan.ts'
import { planRuntimeType } from './runtime-type.ts'
import {
  awaitUnused,
  fillSlot,
  fillSlotWhenResolved,
  handleFieldError,
  locate,
  pathOf,
  type Slot,
} from './slot.ts'

type Data = Record<string, unknown>

/** ExecuteSelectionSet of the specification. Throws the error of a field that is non-null. */
export function executeSelectionSet(
  context: ExecutionContext,
  { fields, template }: SelectionPlan,
  source: unknown,
  slot: Slot,
): Data {
  const data: Data = { ...template }
  for (const field of fields)
    data[field.key] = executeField(new FieldCall(context, field, slot), source, data)
  return data
}

/**
 * Executes a mutation's root fields in series: each begins when all promises within the previous one have settled. Stops
 * at an error that nulls `data`. Returns a promise if any promise is pending.
 */
export function executeSelectionSetSerially(
  context: ExecutionContext,
  { fields, template }: SelectionPlan,
  source: unknown,
  slot: Slot,
): Promise<void> | undefined {
  const data: Data = { ...template }
  fillSlot(slot, data)
  const remaining = fields.values()

  function executeRemaining(): Promise<void> | undefined {
    for (const field of remaining) {
      data[field.key] = executeField(new FieldCall(context, field, slot), source, data)
      if (context.pendingPromises > 0)
        return whenSettled(context).then(() => (slot.isNulled ? undefined : executeRemaining()))
    }
    return undefined
  }
  return executeRemaining()
}

/** ExecuteField: the completed value, or undefined if it is promised. Throws the located error of a non-null field. */
function executeField(call: FieldCall, source: unknown, container: Data): unknown {
  const { context, field, parentSlot: parent } = call
  const { key, shape } = field
  const { isNonNull } = shape
  let slot: Slot | undefined
  try {
    const args = coerceArgumentValues(field, context.variableValues)
    const resolve = field.resolve ?? context.fieldResolver
    const value: unknown = resolve(source, args, context.contextValue, call)
    const isPromised = isPromise(value)
    // Most values are synchronous leaves, which need no slot.
    if (shape.kind === 'leaf' && !isPromised) return completeLeafValue(field, shape, value)
    slot = { container, key, typename: field.parentType.name, isNonNull, parent, isNulled: false }
    return isPromised ? completePromised(call, shape, value, slot) : completeValue(call, shape, value, slot)
  } catch (error) {
    return handleFieldError(context, locate(error, field, call.path), isNonNull, slot)
  }
}

/**
 * CompleteValue: the part of the result for a resolved value, or undefined if it arrives later. Throws if the value
 * does not fit its type, or is null where the type is non-null.
 */
function completeValue(call: FieldCall, shape: Shape, value: unknown, slot: Slot): unknown {
  if (shape.kind === 'leaf') return completeLeafValue(call.field, shape, value)
  if (value instanceof Error) throw value
  if (value == null) return completeNull(call.field, shape)
  switch (shape.kind) {
    case 'list':
      return completeListValue(call, shape, value, slot)
    case 'object':
      return completeObjectValue(call, shape.object, value, slot)
    case 'abstract':
      return completeAbstractValue(call, shape, value, slot)
  }
}

/** A separate function, because it creates a closure: inlined, each call of its callers would allocate a context for it. */
function completePromised(
  call: FieldCall,
  shape: Shape,
  promise: PromiseLike<unknown>,
  slot: Slot,
): undefined {
  return fillSlotWhenResolved(call, slot, promise, (value) => completeValue(call, shape, value, slot))
}

function completeLeafValue(field: FieldPlan, shape: LeafShape, value: unknown): unknown {
  if (value instanceof Error) throw value
  if (value == null) return completeNull(field, shape)
  const serialized = shape.type.serialize(value)
  if (serialized == null)
    throw new Error(
      `Expected \`${shape.type}.serialize(${inspect(value)})\` to return non-nullable value, returned: ${inspect(serialized)}`,
    )
  return serialized
}

function completeNull({ parentType, definition }: FieldPlan, { isNonNull }: Shape): null {
  if (!isNonNull) return null
  throw new Error(`Cannot return null for non-nullable field ${parentType.name}.${definition.name}.`)
}

/** Completes each item of any iterable. Throws the error of a non-null item. */
function completeListValue(call: FieldCall, shape: ListShape, value: unknown, slot: Slot): unknown[] {
  if (!isIterableObject(value))
    throw new GraphQLError(
      `Expected Iterable, but did not find one for field "${call.parentType.name}.${call.fieldName}".`,
    )
  const completed: unknown[] = []
  const { isNonNull } = shape.item
  try {
    for (const item of value) {
      const key = completed.length
      const itemSlot = {
        container: completed,
        key,
        typename: undefined,
        isNonNull,
        parent: slot,
        isNulled: false,
      }
      completed.push(completeItem(call, shape.item, item, itemSlot))
    }
  } catch (error) {
    if (Array.isArray(value))
      for (const item of value.slice(completed.length + 1)) awaitUnused(call.context, item)
    throw error
  }
  return completed
}

function completeItem(call: FieldCall, shape: Shape, item: unknown, slot: Slot): unknown {
  try {
    return isPromise(item)
      ? completePromised(call, shape, item, slot)
      : completeValue(call, shape, item, slot)
  } catch (error) {
    return handleFieldError(call.context, locate(error, call.field, pathOf(slot)), shape.isNonNull, slot)
  }
}

function isIterableObject(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
    ? typeof value[Symbol.iterator] === 'function'
    : false
}

function completeAbstractValue(call: FieldCall, shape: AbstractShape, value: unknown, slot: Slot): unknown {
  const { context } = call
  const resolveType = shape.type.resolveType ?? context.typeResolver
  const typeName: unknown = resolveType(value, context.contextValue, call, shape.type)
  const complete = (name: unknown) =>
    completeObjectValue(call, planRuntimeType(call, shape, name, value), value, slot)
  return isPromise(typeName) ? fillSlotWhenResolved(call, slot, typeName, complete) : complete(typeName)
}

function completeObjectValue(call: FieldCall, object: ObjectPlan, value: unknown, slot: Slot): unknown {
  if (object.type.isTypeOf) return completeCheckedObject(call, object, value, slot)
  return executeSelectionSet(call.context, selectionOf(call.context, object), value, slot)
}

/** A separate function, because it creates a closure and few types have an `isTypeOf`. */
function completeCheckedObject(call: FieldCall, object: ObjectPlan, value: unknown, slot: Slot): unknown {
  const { context, field } = call
  const selection = selectionOf(context, object)
  const { type } = object
  const isOfType: unknown = type.isTypeOf?.(value, context.contextValue, call)
  const complete = (matches: unknown) => {
    if (matches) return executeSelectionSet(context, selection, value, slot)
    throw new GraphQLError(`Expected value of type "${type.name}" but got: ${inspect(value)}.`, {
      nodes: field.nodes,
    })
  }
  return isPromise(isOfType) ? fillSlotWhenResolved(call, slot, isOfType, complete) : complete(isOfType)
}
