import type { Plugin } from 'graphql-yoga'
import type { Identity } from '../identity/identity.ts'
import { createNote } from '../note.ts'
import { limitExceeded } from '../refusals.ts'
import { onRequestEnd } from './request-end.ts'

/** Limits how many requests each caller has running at once. A caller's count goes away with its last request. */
export function useConcurrencyLimit(max: number, identityOf: (request: Request) => Identity): Plugin {
  const running = new Map<string, number>()
  const callers = createNote<Request, string>('counted caller')

  function enter(request: Request, caller: string, count: number): void {
    running.set(caller, count + 1)
    callers.set(request, caller)
  }

  function leave(request: Request): void {
    const caller = callers.get(request)
    if (caller === undefined) return
    const left = (running.get(caller) ?? 1) - 1
    if (left === 0) running.delete(caller)
    else running.set(caller, left)
  }

  return {
    onRequestParse({ request }) {
      const { caller } = identityOf(request)
      const count = running.get(caller) ?? 0
      if (count >= max)
        throw limitExceeded(
          'MAX_CONCURRENT_OPERATIONS',
          max,
          `More than ${max} operations of this caller are running: wait for one to end.`,
          { status: 429 },
        )
      enter(request, caller, count)
    },
    ...onRequestEnd(leave),
  }
}
