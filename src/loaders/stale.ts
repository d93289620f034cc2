import type { Operation } from '../rest/pipe.ts'

/** Where in the answer a value stands, as GraphQL's executor tells it. */
export interface ResponsePath {
  readonly prev: ResponsePath | undefined
  readonly key: string | number
}

/** Notes for the caller that what stands there is older than an answer may be. */
export function noteStale(by: Operation, at: ResponsePath, asOf: string | undefined): void {
  if (asOf === undefined) return
  const path = keysOf(at)
  const noted = by.ledger.stale.get(path.join('.'))
  // A page of several reads is as old as the oldest of them.
  if (noted === undefined || asOf < noted.asOf) by.ledger.stale.set(path.join('.'), { path, asOf })
}

function keysOf(path: ResponsePath | undefined): (string | number)[] {
  return path === undefined ? [] : [...keysOf(path.prev), path.key]
}
