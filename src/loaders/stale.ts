import type { Operation } from '../rest/pipe/pipe.ts'

/** The path of a value in the response, in the executor's form. */
export interface ResponsePath {
  readonly prev: ResponsePath | undefined
  readonly key: string | number
}

/** The part of a resolver's `info` that has its path. The executor builds the path only when it is read. */
export interface ResolvedAt {
  readonly path: ResponsePath
}

/** Reports in `extensions.upstream.stale` that the value at this path is older than the lifetime of cached answers. */
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
