import type { Operation } from '../rest/pipe/pipe.ts'

/** Where in the answer a value stands, as GraphQL's executor tells it. */
export interface ResponsePath {
  readonly prev: ResponsePath | undefined
  readonly key: string | number
}

/** What GraphQL's executor tells a resolver of its place; to be asked only where it matters. */
export interface ResolvedAt {
  readonly path: ResponsePath
}

/** Notes for the caller that what stands there is older than an answer may be. */
export function noteStale(by: Operation, at: ResolvedAt, asOf: string | undefined): void {
  if (asOf === undefined) return
  const path = keysOf(at.path)
  const noted = by.ledger.stale.get(path.join('.'))
  // A page of several reads is as old as the oldest of them.
  if (noted === undefined || asOf < noted.asOf) by.ledger.stale.set(path.join('.'), { path, asOf })
}

function keysOf(path: ResponsePath | undefined): (string | number)[] {
  return path === undefined ? [] : [...keysOf(path.prev), path.key]
}
