import { ENTRY_PATHS } from '../contract/directory-fields.ts'
import type { Shared } from '../shared/shared.ts'
import { type Appointments, createAppointments } from './appointments/appointments.ts'
import { guardAppointments } from './appointments/guard.ts'
import { type Confirm, settleDoubts } from './appointments/settle.ts'
import { bookIfFree } from './booking/booking.ts'
import type { Clock } from './clock.ts'
import { type Changes, createChanges } from './coherence/changes.ts'
import { type Coherence, type CoherenceOptions, createCoherence } from './coherence/coherence.ts'
import { announceWrites } from './coherence/own-writes.ts'
import { createReadObserver } from './coherence/read-observer.ts'
import { createSweeps, type Sweeps } from './coherence/sweeps.ts'
import { createDirectory, type Directory } from './directory/directory.ts'
import { guardDirectory } from './directory/guard.ts'
import { settlePatientDoubts } from './directory/settle.ts'
import { createConnections } from './exchange/connections.ts'
import { createGate, type KeyState } from './exchange/gate.ts'
import { createKeys } from './exchange/keys.ts'
import type { RateLimit } from './exchange/quota.ts'
import { createUpstreamReports, type UpstreamReports } from './exchange/report.ts'
import { createRetry, type RetryOptions } from './exchange/retry/retry.ts'
import { createObservation, type ExchangeReport } from './observation/observation.ts'
import { type Cache, createCache, type LifetimeOf } from './pipe/cache.ts'
import { createCachedLists } from './pipe/cached-lists.ts'
import { createEpochs, isOfAppointments, LISTS, pathOf } from './pipe/epochs.ts'
import { createFlights } from './pipe/flights.ts'
import type { CachedRead } from './pipe/ledger.ts'
import { ownRows } from './pipe/own-rows.ts'
import { type Operation, pipe, type RestRequest } from './pipe/pipe.ts'
import { requireBelowCeiling, requireCredential } from './pipe/requirements.ts'
import { CLOCK_SKEW_MS, createSharedReplies } from './pipe/shared-replies.ts'
import { createWire } from './wire/wire.ts'

export interface RestClientOptions {
  /** Base URL of the REST API, with its path. */
  readonly url: string
  /** One total time for an exchange, headers and body, in milliseconds. */
  readonly timeoutMs: number
  /** How long an operation may take, in milliseconds. */
  readonly operationTimeoutMs: number
  /** How long a cached reply is fresh, in milliseconds; 0 = no cache. */
  readonly cacheTtlMs: number
  /** The same for clinicians, locations and types. */
  readonly directoryTtlMs: number
  /** For how long after its lifetime a reply may be served, stale, where the quota is spent, in milliseconds; 0 = never. */
  readonly staleIfLimitedMs: number
  /** The same where the upstream does not answer. */
  readonly staleIfDownMs: number
  /** The part of the quota that is reserved for writes. */
  readonly writeReservePercent: number
  readonly clock: Clock
  readonly shared: Shared
  /** Settings for the upstream's events; null = the gateway receives none. */
  readonly events: EventsOptions | null
  /** Called with each request to the upstream once it has ended; null = no observer. */
  readonly observe: ((report: ExchangeReport) => void) | null
  /** Lets tests replace the waits before retries. */
  readonly retry?: RetryOptions
}

export interface EventsOptions
  extends Pick<CoherenceOptions, 'accounts' | 'silentMs' | 'onFeedState'>,
    Partial<Pick<CoherenceOptions, 'onFound'>> {
  /** How long a cached reply is fresh while events report every change, in milliseconds. */
  readonly fedTtlMs: number
  /** The interval between sweeps of a list with subscribers while events are unreliable, in milliseconds. */
  readonly reconcileMs: number
}

const NO_EVENTS: Required<EventsOptions> = {
  accounts: [],
  silentMs: 0,
  onFeedState() {},
  fedTtlMs: 0,
  reconcileMs: 0,
  onFound() {},
}

/** The gateway's client of the REST API. There is one for the process; it keeps all state per credential. */
export interface RestClient extends UpstreamReports {
  readonly appointments: Appointments
  readonly directory: Directory
  readonly coherence: Coherence
  readonly cachedReads: CachedReads
  readonly changes: Changes
  /** Runs one sweep for lost events in the lists with subscribers, like the periodic sweeps. */
  readonly sweep: Sweeps['sweep']
  /** null until a response carried the rate headers. */
  readonly rateLimit: (operation: Operation) => RateLimit | null
  readonly keyStates: () => readonly KeyState[]
  close(): Promise<void>
}

/** Lets callers cache what they derive from cached reads for exactly as long as the reads are cached. */
export interface CachedReads extends Pick<Cache, 'areFresh' | 'areUnchanged'> {
  /** To call before the others: fetches the epochs that instances share. Undefined where they are in memory. */
  refresh(reads: readonly CachedRead[], operation: Operation): Promise<void> | undefined
}

export function createRestClient(options: RestClientOptions): RestClient {
  const {
    url,
    timeoutMs,
    operationTimeoutMs,
    cacheTtlMs,
    writeReservePercent,
    clock,
    shared,
    events,
    observe,
  } = options
  const { staleIfLimitedMs, staleIfDownMs } = options
  const { accounts, silentMs, onFeedState, onFound, fedTtlMs, reconcileMs } = {
    ...NO_EVENTS,
    ...events,
  }
  const coherence = createCoherence({ accounts, shared, clock, silentMs, onFeedState, onFound })
  const epochs = createEpochs(shared.epochs, clock)
  const lifetimeOf: LifetimeOf = ({ lifetimeMs }, account, requestedAt, isLive = false) =>
    isLive
      ? Math.max(lifetimeMs ?? 0, ownLifetime(account, requestedAt))
      : (lifetimeMs ?? ownLifetime(account, requestedAt))
  const ownLifetime = (account: string, requestedAt: number) =>
    fedTtlMs > cacheTtlMs && coherence.covers(account, requestedAt) ? fedTtlMs : cacheTtlMs
  const isOn = ({ lifetimeMs = cacheTtlMs }: RestRequest) => lifetimeMs > 0
  // The record of a patient is never shared with other instances.
  const isShared = (request: RestRequest) =>
    (request.lifetimeMs ?? cacheTtlMs) > CLOCK_SKEW_MS &&
    (isOfAppointments(request) || request.isForAll === true)
  const lists = createCachedLists()
  const cache = createCache({
    isOn,
    lifetimeOf,
    staleIfLimitedMs,
    staleIfDownMs,
    epochs,
    lists,
    clock,
  })
  const keys = createKeys({ writeReservePercent, clock, notes: shared.notes })
  const gate = createGate(keys, clock, shared)
  const wire = createWire({ url, timeoutMs })
  const send = pipe(
    [
      requireCredential,
      epochs.layer,
      cache.layer,
      ownRows,
      requireBelowCeiling,
      gate.checkWrites,
      createFlights({ epochs, clock }),
      ...(shared.replies.areShared
        ? [createSharedReplies({ shared, isShared, lifetimeOf, epochs, lists, clock })]
        : []),
      ...(events === null ? [] : [lists.layer, createReadObserver(coherence, clock)]),
      createRetry(keys, options.retry),
      gate.refuseEarly,
      createConnections(),
      gate.layer,
      ...(observe === null ? [] : [createObservation({ clock, observe })]),
    ],
    wire.send,
  )
  const confirm =
    (lists: string): Confirm =>
    (id, operation) =>
      epochs.advance({ path: pathOf(id, lists) }, operation)
  const settled = settleDoubts(createAppointments(send, cache.has), confirm(LISTS))
  const announced = events === null ? settled : announceWrites(settled, coherence)
  const { leases } = shared
  const { rateLimit } = gate
  const sweeps = createSweeps({ appointments: settled, coherence, shared, rateLimit, clock, reconcileMs })
  const directory = createDirectory({
    send,
    isCached: cache.has,
    directoryTtlMs: options.directoryTtlMs,
    patientTtlMs: cacheTtlMs,
    monotonic: clock.monotonic,
  })
  return {
    appointments: guardAppointments(
      bookIfFree(announced, { coherence, leases, clock, cacheTtlMs, operationTimeoutMs }),
    ),
    directory: guardDirectory(settlePatientDoubts(directory, confirm(ENTRY_PATHS.Patient))),
    coherence,
    cachedReads: {
      areFresh: cache.areFresh,
      areUnchanged: cache.areUnchanged,
      refresh: (reads, { account }) =>
        shared.epochs.refresh(
          account,
          reads.map(({ request }) => request.path),
        ),
    },
    changes: createChanges(coherence, sweeps),
    sweep: sweeps.sweep,
    rateLimit,
    ...createUpstreamReports(gate, coherence, shared),
    keyStates: gate.keyStates,
    close() {
      sweeps.close()
      return wire.close()
    },
  }
}
