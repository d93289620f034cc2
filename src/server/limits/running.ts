import type { Plugin } from 'graphql-yoga'
import type { Identity } from '../identity/identity.ts'
import { createNote } from '../note.ts'
import { limitExceeded, overloaded } from '../refusals.ts'

export interface RunningLimits {
  /** How many requests one caller may have running at once. */
  readonly maxOfCaller: number
  /** How many operations may run at once: each holds memory, and waits for the same few connections. */
  readonly maxOfAll: number
  /** Requests that wait for the processor are not counted yet; the event loop's lag shows how long they wait. */
  readonly maxLagMs: number
  readonly lagMs: () => number
  readonly identityOf: (request: Request) => Identity
}

interface Running {
  readonly caller: string
  isOperation: boolean
}

export interface RunningOperations {
  readonly useRunningLimits: () => Plugin
  /** Runs what is no GraphQL operation as one of the caller's. Rejects with the refusals of the limits. */
  during<Result>(caller: string, run: () => Promise<Result>): Promise<Result>
}

/** Refuses at once what the gateway can't serve soon, instead of queueing it without end. */
export function createRunning(limits: RunningLimits): RunningOperations {
  const { maxOfCaller, maxOfAll, maxLagMs, lagMs, identityOf } = limits
  const running = createNote<Request, Running>('running')
  const requestsOf = new Map<string, number>()
  let operations = 0

  function enter(caller: string): Running {
    const count = requestsOf.get(caller) ?? 0
    if (count >= maxOfCaller)
      throw limitExceeded(
        'MAX_CONCURRENT_OPERATIONS',
        maxOfCaller,
        `More operations of this caller are running than ${maxOfCaller}: wait for one to end.`,
        { status: 429 },
      )
    requestsOf.set(caller, count + 1)
    return { caller, isOperation: false }
  }

  function requireRoom(): void {
    if (operations >= maxOfAll || lagMs() > maxLagMs) throw overloaded()
  }

  function begin(counted: Running): void {
    counted.isOperation = true
    operations += 1
  }

  function leave({ caller, isOperation }: Running): void {
    const left = (requestsOf.get(caller) ?? 1) - 1
    if (left === 0) requestsOf.delete(caller)
    else requestsOf.set(caller, left)
    if (isOperation) operations -= 1
  }

  return {
    useRunningLimits: () => ({
      onRequestParse({ request }) {
        running.set(request, enter(identityOf(request).caller))
      },
      onParams({ request }) {
        requireRoom()
        const counted = running.get(request)
        if (counted !== undefined) begin(counted)
      },
      instrumentation: {
        async request({ request }, handle) {
          try {
            await handle()
          } finally {
            const counted = running.get(request)
            if (counted !== undefined) leave(counted)
          }
        },
      },
    }),
    async during(caller, run) {
      requireRoom()
      const counted = enter(caller)
      begin(counted)
      try {
        return await run()
      } finally {
        leave(counted)
      }
    },
  }
}
