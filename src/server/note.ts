/** One thing that is known of an object, for as long as there is the object. */
export interface Note<Holder extends object, Value> {
  get(holder: Holder): Value | undefined
  /** Gives the value. */
  set(holder: Holder, value: Value): Value
}

/**
 * Kept on the object itself. A `WeakMap` that has grown old holds all that its young keys stand for until the next
 * large collection of garbage: six of them for each request were 5 % of a small query.
 */
export function createNote<Holder extends object, Value>(what: string): Note<Holder, Value> {
  const key = Symbol(what)
  type Noted = Holder & { [key]?: Value }
  return {
    get: (holder) => (holder as Noted)[key],
    set(holder, value) {
      ;(holder as Noted)[key] = value
      return value
    },
  }
}
