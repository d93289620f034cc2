/** One fact about an object, known for as long as the object lives. */
export interface Note<Holder extends object, Value> {
  get(holder: Holder): Value | undefined
  /** Returns the value. */
  set(holder: Holder, value: Value): Value
}

/**
 * Keeps the fact on the object itself. An old `WeakMap` keeps what its young keys refer to until the next full garbage
 * collection, and the gateway notes several facts about each request.
 */
export function createNote<Holder extends object, Value>(name: string): Note<Holder, Value> {
  const key = Symbol(name)
  type Noted = Holder & { [key]?: Value }
  return {
    get: (holder) => (holder as Noted)[key],
    set(holder, value) {
      ;(holder as Noted)[key] = value
      return value
    },
  }
}
