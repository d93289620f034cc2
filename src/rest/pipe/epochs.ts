import type { AppointmentDiff, Epoch, Epochs as SharedEpochs } from '../../shared/epochs.ts'
import type { MaybePromise } from '../../shared/maybe-promise.ts'
import type { Clock } from '../clock.ts'
import type { Layer, Operation, RestRequest } from './pipe.ts'

/**
 * Versions the state that each read returns. The epoch advances with each write, once when it is sent and again when it was
 * answered or lost, and with each change that an event reports. So no operation gets a cached reply of a read that began
 * before a write and ended after it.
 */
export interface Epochs {
  /** The cache key of a read: its view, path and query. */
  readonly nameOf: (read: RestRequest, operation: Operation) => string
  /** The epoch and the name: the key by which reads in flight are shared. */
  readonly keyOf: (read: RestRequest, operation: Operation) => string
  readonly epochOf: (read: RestRequest, operation: Operation) => Epoch
  /** Refreshes the epoch of a read, where instances share epochs, before a later layer answers the read. */
  readonly layer: Layer
  /** The changes since that epoch that may concern the read, oldest first. Undefined where they are not known. */
  readonly changesSince: ChangesSince
  /** The same without the writes whose outcome is unknown. */
  readonly certainChangesSince: ChangesSince
  /** Invalidates the item of a write and every list; with `diff`, only the lists that the appointment may be in. */
  readonly advance: (
    write: Pick<RestRequest, 'path'>,
    operation: Operation,
    diff?: AppointmentDiff,
  ) => MaybePromise<void>
  readonly advanceItem: (write: RestRequest, operation: Operation) => MaybePromise<void>
  /** Like `advance`, for a write whose outcome is unknown: a change in doubt, which `certainChangesSince` leaves out. */
  readonly markInDoubt: (write: RestRequest, operation: Operation) => MaybePromise<void>
  /**
   * Like `markInDoubt`, for a write that is about to be sent. Returns a function that retracts the doubt once
   * the write was not sent after all, or is answered. Undefined where other instances were notified: for them it stays a doubt.
   */
  readonly announce: (
    write: RestRequest,
    operation: Operation,
    diff?: AppointmentDiff,
  ) => MaybePromise<(() => void) | undefined>
  /** Like `announce`, for the item without the lists. */
  readonly announceItem: (write: RestRequest, operation: Operation) => MaybePromise<(() => void) | undefined>
  /** For a write that may still happen: for a minute it may outdate what is read at any moment, so no reply is cached. */
  readonly suspendCaching: (write: RestRequest, operation: Operation) => void
  /** Whether a reply to this read may be cached. */
  readonly isCacheable: (read: RestRequest, operation: Operation) => boolean
}

type ChangesSince = (
  epoch: Epoch,
  read: RestRequest,
  operation: Operation,
) => readonly AppointmentDiff[] | undefined

/** Longer than an upstream works on a request that the gateway no longer waits for, in milliseconds. */
export const LATE_EFFECT_MS = 60_000

export function createEpochs(shared: SharedEpochs, { monotonic }: Pick<Clock, 'monotonic'>): Epochs {
  const uncacheableUntil = new Map<string, number>()

  function nameOf({ path, query = '', isForAll }: RestRequest, operation: Operation): string {
    const { view, account, isBypassingCache } = operation
    return `${isForAll && !isBypassingCache ? account : view} ${path}?${query}`
  }

  function epochOf({ path }: RestRequest, { account }: Operation): Epoch {
    return shared.of(account, path)
  }

  return {
    nameOf,
    keyOf: (read, operation) => `${epochOf(read, operation)} ${nameOf(read, operation)}`,
    epochOf,
    layer: (next) => (request, operation) => {
      const reading = request.method === 'GET' ? shared.refresh(operation.account, [request.path]) : undefined
      return reading === undefined ? next(request, operation) : reading.then(() => next(request, operation))
    },
    changesSince: (epoch, { path }, { account }) => shared.changesSince(account, path, epoch),
    certainChangesSince: (epoch, { path }, { account }) => shared.certainSince(account, path, epoch),
    advance(write, { account }, diff) {
      // Also the item of a create: a "not found" from before it may be cached.
      return diff === undefined || diff.id === ''
        ? shared.advance(account, scopesOf(write), diff)
        : advanceAppointment(shared, account, diff)
    },
    advanceItem(write, { account }) {
      const [, ...item] = scopesOf(write)
      return item.length === 0 ? undefined : shared.advance(account, item)
    },
    markInDoubt: (write, { account }) => shared.advance(account, scopesOf(write), { doubted: null }),
    announce: (write, { account }, diff) => shared.announce(account, scopesOf(write), diff),
    announceItem(write, { account }) {
      const [, ...item] = scopesOf(write)
      return item.length === 0 ? () => {} : shared.announce(account, item)
    },
    suspendCaching(write, { account }) {
      for (const [scope, until] of uncacheableUntil) if (until <= monotonic()) uncacheableUntil.delete(scope)
      for (const scope of scopesOf(write))
        uncacheableUntil.set(`${account} ${scope}`, monotonic() + LATE_EFFECT_MS)
    },
    isCacheable({ path }, { account }) {
      const until = uncacheableUntil.get(`${account} ${path}`)
      return until === undefined || until <= monotonic()
    },
  }
}

/** The path, and so the epoch's scope, of every list of appointments. */
export const LISTS = '/appointments'

/** Invalidates a changed appointment, and then the lists that it may be in. */
export function advanceAppointment(
  shared: SharedEpochs,
  account: string,
  diff: AppointmentDiff,
): MaybePromise<void> {
  const advancing = shared.advance(account, [pathOf(diff.id)])
  const advanceLists = () => shared.advance(account, [LISTS], diff)
  return advancing instanceof Promise ? advancing.then(advanceLists) : advanceLists()
}

/** False for requests of the directory: people and places. */
export function isOfAppointments({ path }: RestRequest): boolean {
  return path === LISTS || path.startsWith(`${LISTS}/`)
}

export function pathOf(id: string, lists: string = LISTS): string {
  return `${lists}/${encodeURIComponent(id)}`
}

function scopesOf({ path }: Pick<RestRequest, 'path'>): [lists: string, ...item: string[]] {
  const [, lists = path, id] = /^(\/[^/]+)(?:\/([^/]+))?/.exec(path) ?? []
  return id === undefined ? [lists] : [lists, `${lists}/${id}`]
}
