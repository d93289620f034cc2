/** In memory everything is there at once, and the hot path waits for nothing. */
export type MaybePromise<Value> = Value | Promise<Value>
