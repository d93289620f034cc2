/** A value where it is in this process's memory, so that the hot path does not wait; a promise where it is in Redis. */
export type MaybePromise<Value> = Value | Promise<Value>
