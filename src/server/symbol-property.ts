/** A value for each object, kept for as long as the object lives. */
export interface SymbolProperty<Holder extends object, Value> {
  get(holder: Holder): Value | undefined
  /** Returns the value. */
  set(holder: Holder, value: Value): Value
}

/**
 * Keeps the value on the object itself. A long-lived `WeakMap` would keep the values of dead keys until the next full
 * garbage collection, and the gateway keeps several values for each request.
 */
export function createSymbolProperty<Holder extends object, Value>(
  name: string,
): SymbolProperty<Holder, Value> {
  const key = Symbol(name)
  type WithProperty = Holder & { [key]?: Value }
  return {
    get: (holder) => (holder as WithProperty)[key],
    set(holder, value) {
      ;(holder as WithProperty)[key] = value
      return value
    },
  }
}
