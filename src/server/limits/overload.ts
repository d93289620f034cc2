import type { Plugin } from 'graphql-yoga'
import { createNote } from '../note.ts'
import { overloaded } from '../refusals.ts'
import { onRequestEnd } from './request-end.ts'

interface OverloadOptions {
  /** Each running operation holds memory, and waits for the same few connections. */
  readonly maxRunning: number
  /** Requests that wait for the processor are not seen here yet; the event loop's lag shows how long they wait. */
  readonly maxLagMs: number
  readonly lagMs: () => number
}

/** Refuses at once what the gateway can't serve soon, instead of queueing it without end. */
export function useOverload({ maxRunning, maxLagMs, lagMs }: OverloadOptions): Plugin {
  const isRunning = createNote<Request, boolean>('running')
  let count = 0
  return {
    onParams({ request }) {
      if (count >= maxRunning || lagMs() > maxLagMs) throw overloaded()
      isRunning.set(request, true)
      count += 1
    },
    ...onRequestEnd((request) => {
      if (isRunning.get(request)) count -= 1
      isRunning.set(request, false)
    }),
  }
}
