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
import { createEpochs, isOfAppointments, LISTS, pathOf } from './pipe/epochs.ts'
import { createFlights } from './pipe/flight.ts'
import type { RememberedRead } from './pipe/ledger.ts'
import { createLists } from './pipe/lists.ts'
import { ownRows } from './pipe/own-rows.ts'
import { type Operation, pipe, type RestRequest } from './pipe/pipe.ts'
import { requireCredential, requireRoom } from './pipe/requirements.ts'
import { CLOCK_SKEW_MS, createSharedReplies } from './pipe/shared-replies.ts'
import { createWire } from './wire/wire.ts'

export interface RestClientOptions {
  /** Base URL of the REST API, with its path. */
  readonly url: string
  /** One total time for an exchange, headers and body, in milliseconds. */
  readonly timeoutMs: number
  /** How long an operation may take, in milliseconds. */
  readonly operationTimeoutMs: number
  /** How long a reply may be given again, in milliseconds; 0 = never. */
  readonly cacheTtlMs: number
  /** The same of clinicians, locations and types, in milliseconds; 0 = never. */
  readonly directoryTtlMs: number
  /** How much longer it may be given where the quota is spent, in milliseconds; 0 = never. */
  readonly staleIfLimitedMs: number
  /** The same where the upstream does not answer. */
  readonly staleIfDownMs: number
  /** The part of the quota that reads leave to writes. */
  readonly writeReservePercent: number
  readonly clock: Clock
  readonly shared: Shared
  /** How the upstream's events keep it in step; null = there are none. */
  readonly events: EventsOptions | null
  /** Gets each request to the upstream once it has ended; null = nobody listens. */
  readonly observe: ((report: ExchangeReport) => void) | null
  /** How retries wait, for tests that don't want to. */
  readonly retry?: RetryOptions
}

export interface EventsOptions
  extends Pick<CoherenceOptions, 'accounts' | 'silentMs' | 'onFeedState'>,
    Partial<Pick<CoherenceOptions, 'onFound'>> {
  /** How long a reply may be given again while events tell of every change, in milliseconds. */
  readonly fedTtlMs: number
  /** Between two sweeps of a list that somebody watches while events can't be relied on, in milliseconds. */
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

/** The REST API as the gateway sees it. One for the whole process; what it keeps, it keeps per credential. */
export interface RestClient extends UpstreamReports {
  readonly appointments: Appointments
  readonly directory: Directory
  readonly coherence: Coherence
  readonly remembered: Remembered
  readonly changes: Changes
  /** Looks for losses in what somebody watches, as it does by itself from time to time. */
  readonly sweep: Sweeps['sweep']
  /** null until a response carried the rate headers. */
  readonly rateLimit: (operation: Operation) => RateLimit | null
  readonly keyStates: () => readonly KeyState[]
  close(): Promise<void>
}

/** What is made of cached answers may be kept for as long as they are. */
export interface Remembered extends Pick<Cache, 'holds' | 'isUnchanged'> {
  /** Comes before `holds`, where instances share what invalidates an answer. */
  refresh(reads: readonly RememberedRead[], operation: Operation): Promise<void> | undefined
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
  const lifetimeOf: LifetimeOf = ({ lifetimeMs }, account, askedAt, isLive = false) =>
    isLive
      ? Math.max(lifetimeMs ?? 0, ownLifetime(account, askedAt))
      : (lifetimeMs ?? ownLifetime(account, askedAt))
  const ownLifetime = (account: string, askedAt: number) =>
    fedTtlMs > cacheTtlMs && coherence.covers(account, askedAt) ? fedTtlMs : cacheTtlMs
  const isOn = ({ lifetimeMs = cacheTtlMs }: RestRequest) => lifetimeMs > 0
  // A patient's record stays with the instance that has read it.
  const isShared = (request: RestRequest) =>
    (request.lifetimeMs ?? cacheTtlMs) > CLOCK_SKEW_MS &&
    (isOfAppointments(request) || request.isForAll === true)
  const lists = createLists()
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
      requireRoom,
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
    (id, by) =>
      epochs.bump({ path: pathOf(id, lists) }, by)
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
    remembered: {
      holds: cache.holds,
      isUnchanged: cache.isUnchanged,
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
