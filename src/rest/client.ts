import { type Appointments, createAppointments } from './appointments/appointments.ts'
import { guardAppointments } from './appointments/guard.ts'
import { settleDoubts } from './appointments/settle.ts'
import { type Counts, createCounts } from './counts.ts'
import { createBreaker } from './exchange/breaker.ts'
import { createBudget } from './exchange/budget.ts'
import type { RateLimit } from './exchange/quota.ts'
import { createRetry, type RetryOptions } from './exchange/retry.ts'
import { createPulse, type PulseState } from './exchange/upstream-state.ts'
import { watched } from './exchange/watch.ts'
import { createOverflows, type Overflows } from './overflows.ts'
import { createCache } from './pipe/cache.ts'
import { holdToCeiling } from './pipe/ceiling.ts'
import { requireCredential } from './pipe/credential.ts'
import { createEpochs } from './pipe/epochs.ts'
import { createFlights } from './pipe/flight.ts'
import { hideOthers } from './pipe/own-rows.ts'
import { type Operation, pipe } from './pipe/pipe.ts'
import { createWire } from './wire/wire.ts'

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
