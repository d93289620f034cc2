import type { Plugin } from 'graphql-yoga'
import type { Identity } from '../identity/identity.ts'
import { limitExceeded, overloaded } from '../refusals.ts'
import { createSymbolProperty } from '../symbol-property.ts'

export interface RunningLimits {
  /** How many requests of one caller may run at the same time. */
  readonly maxOfCaller: number
  /** How many operations may run at the same time: each takes memory, and all wait for the same few connections. */
  readonly maxOfAll: number
  /** Requests that wait for the processor are not counted yet, so the event loop's lag is limited too. */
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
  /** Runs a task within the caller's limits, as if it were a GraphQL operation. Rejects with the refusals of the limits. */
  runLimited<Result>(caller: string, task: () => Promise<Result>): Promise<Result>
}

/** Refuses operations above the limits immediately, so that no queue grows without bound. */
export function createRunning(limits: RunningLimits): RunningOperations {
  const { maxOfCaller, maxOfAll, maxLagMs, lagMs, identityOf } = limits
  const running = createSymbolProperty<Request, Running>('running')
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

  function requireCapacity(): void {
    if (operations >= maxOfAll || lagMs() > maxLagMs) throw overloaded()
  }

  function begin(counted: Running): void {
    counted.isOperation = true
    operations += 1
  }

  function leave({ caller, isOperation }: Running): void {
    const remaining = (requestsOf.get(caller) ?? 1) - 1
    if (remaining === 0) requestsOf.delete(caller)
    else requestsOf.set(caller, remaining)
    if (isOperation) operations -= 1
  }

  return {
    useRunningLimits: () => ({
      onRequestParse({ request }) {
        running.set(request, enter(identityOf(request).caller))
      },
      onParams({ request }) {
        requireCapacity()
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
    async runLimited(caller, task) {
      requireCapacity()
      const counted = enter(caller)
      begin(counted)
      try {
        return await task()
      } finally {
        leave(counted)
      }
    },
  }
}
