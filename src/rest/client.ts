import type { RateLimit } from './allowance.ts'
import { type Appointments, createAppointments } from './appointments.ts'
import { createBreaker } from './breaker.ts'
import { createBudget } from './budget.ts'
import { createCache } from './cache.ts'
import { holdToCeiling } from './ceiling.ts'
import { type Counts, createCounts } from './counts.ts'
import { requireCredential } from './credential.ts'
import { createEpochs } from './epochs.ts'
import { createFlights } from './flight.ts'
import { guardAppointments } from './guard.ts'
import { hideOthers } from './others.ts'
import { createOverflows, type Overflows } from './overflows.ts'
import { type Operation, pipe } from './pipe.ts'
import { createPulse, type PulseState } from './pulse.ts'
import { createRetry, type RetryOptions } from './retry.ts'
import { settleDoubts } from './settle.ts'
import { watched } from './watch.ts'
import { createWire } from './wire.ts'

export interface RestClientOptions {
  /** Base URL of the REST API, with its path. */
  readonly url: string
  /** One total time for an exchange, headers and body, in milliseconds. */
  readonly timeoutMs: number
  /** How long an answer may be given again; 0 = never. */
  readonly cacheTtlMs: number
  /** How much longer it may be given where the quota is spent; 0 = never. */
  readonly staleIfLimitedMs: number
  /** The part of the quota that reads leave for writes. */
  readonly writeReservePercent: number
  readonly now: () => number
  /** How retries wait, where a test does not want to. */
  readonly retry?: Omit<RetryOptions, 'now'>
}

/** The REST API as the gateway sees it. One for the whole process; what it keeps, it keeps per credential. */
export interface RestClient {
  readonly appointments: Appointments
  readonly counts: Counts
  readonly overflows: Overflows
  readonly rateLimit: (operation: Operation) => RateLimit | null
  readonly upstreamState: () => PulseState
  close(): Promise<void>
}

export function createRestClient(options: RestClientOptions): RestClient {
  const { url, timeoutMs, cacheTtlMs, staleIfLimitedMs, writeReservePercent, now } = options
  const epochs = createEpochs()
  const wire = createWire({ url, timeoutMs })
  const budget = createBudget({ writeReservePercent, now })
  const pulse = createPulse()
  const cache = createCache({ ttlMs: cacheTtlMs, staleMs: staleIfLimitedMs, epochs, now })
  const exchange = createRetry(
    { now, ...options.retry },
    watched([createBreaker(now), budget.watch, pulse.watch], wire.exchange),
  )
  const send = pipe(
    [requireCredential, cache.layer, hideOthers, holdToCeiling],
    createFlights(epochs, now, exchange),
  )
  return {
    appointments: guardAppointments(settleDoubts(createAppointments(send, cache.holds))),
    counts: createCounts(),
    overflows: createOverflows(now),
    rateLimit: budget.rateLimit,
    upstreamState: pulse.state,
    close: wire.close,
  }
}
