import type { Identity } from '../identity/identity.ts'
import { createNote } from '../note.ts'
import type { EdgePlugin } from '../one-plugin.ts'
import { limitExceeded } from './limits.ts'

/** Lets each caller have so many requests under way at once. What is counted is forgotten with the last of them. */
export function useConcurrencyLimit(max: number, identityOf: (request: Request) => Identity): EdgePlugin {
  const running = new Map<string, number>()
  const counted = createNote<Request, string>('counted caller')

  function enter(request: Request, caller: string, count: number): void {
    running.set(caller, count + 1)
    counted.set(request, caller)
  }

  function leave(request: Request): void {
    const caller = counted.get(request)
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
    // Not before its work has ended, and however it ends.
    onEnd: ({ request }) => leave(request),
  }
}
