import type { AppointmentDiff, Epoch, Epochs as SharedEpochs } from '../../shared/epochs.ts'
import type { MaybePromise } from '../../shared/maybe-promise.ts'
import type { Clock } from '../clock.ts'
import type { Layer, Operation, RestRequest } from './pipe.ts'

/**
 * Counts what could change what a read returns: each write, once when it is sent and again when it was answered or lost,
 * and each change that the upstream tells of. So nobody finds the reply of a read that began before a write and ended
 * after it.
 */
export interface Epochs {
  /** What a read asks for, and in whose view. */
  readonly nameOf: (read: RestRequest, operation: Operation) => string
  /** The name and the epoch: the key by which reads in flight are shared. */
  readonly keyOf: (read: RestRequest, operation: Operation) => string
  readonly epochOf: (read: RestRequest, operation: Operation) => Epoch
  /** Reads the epoch of what is asked for, where it is shared, before anything is answered. */
  readonly layer: Layer
  /** What may have changed since that epoch of what a read asks for, oldest first. Undefined where that is not known. */
  readonly changesSince: ChangesSince
  /** The same without the writes of which nobody knows whether they happened. */
  readonly certainSince: ChangesSince
  /** A write may change its item, and every list; where it is known how it changed its appointment, those that it may be in. */
  readonly bump: (
    write: Pick<RestRequest, 'path'>,
    operation: Operation,
    diff?: AppointmentDiff,
  ) => MaybePromise<void>
  readonly bumpItem: (write: RestRequest, operation: Operation) => MaybePromise<void>
  /** A write of which nobody knows whether it happened may have changed its item, and any list. */
  readonly doubt: (write: RestRequest, operation: Operation) => MaybePromise<void>
  /**
   * The same for a write that is about to be sent, with what it is to change. What it returns takes it back, once the write
   * turns out not to have been sent, or is answered. Undefined where others were told, and it stays a doubt for them.
   */
  readonly announce: (
    write: RestRequest,
    operation: Operation,
    diff?: AppointmentDiff,
  ) => MaybePromise<(() => void) | undefined>
  /** The same, but not for lists. */
  readonly announceItem: (write: RestRequest, operation: Operation) => MaybePromise<(() => void) | undefined>
  /** Nothing says whether a write happened, and it may still do: what is read meanwhile may be old at any moment. */
  readonly distrust: (write: RestRequest, operation: Operation) => void
  /** Whether a reply to this read may be cached. */
  readonly isTrusted: (read: RestRequest, operation: Operation) => boolean
}

type ChangesSince = (
  epoch: Epoch,
  read: RestRequest,
  operation: Operation,
) => readonly AppointmentDiff[] | undefined

/** Longer than an upstream works on a request that nobody waits for any more, in milliseconds. */
export const LATE_EFFECT_MS = 60_000

export function createEpochs(shared: SharedEpochs, { monotonic }: Pick<Clock, 'monotonic'>): Epochs {
  const distrustedUntil = new Map<string, number>()

  function nameOf({ path, query = '', isForAll }: RestRequest, operation: Operation): string {
    const { view, account, isBypassing } = operation
    return `${isForAll && !isBypassing ? account : view} ${path}?${query}`
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
    certainSince: (epoch, { path }, { account }) => shared.certainSince(account, path, epoch),
    bump(write, { account }, diff) {
      const [lists, ...item] = scopesOf(write)
      if (diff === undefined || diff.id === '') return shared.advance(account, [lists, ...item], diff)
      // Also of a create: somebody may have asked for it before it was there.
      const advancing = shared.advance(account, [pathOf(diff.id)])
      const advanceLists = () => shared.advance(account, [lists], diff)
      return advancing instanceof Promise ? advancing.then(advanceLists) : advanceLists()
    },
    bumpItem(write, { account }) {
      const [, ...item] = scopesOf(write)
      return item.length === 0 ? undefined : shared.advance(account, item)
    },
    doubt: (write, { account }) => shared.advance(account, scopesOf(write), { doubted: null }),
    announce: (write, { account }, diff) => shared.announce(account, scopesOf(write), diff),
    announceItem(write, { account }) {
      const [, ...item] = scopesOf(write)
      return item.length === 0 ? () => {} : shared.announce(account, item)
    },
    distrust(write, { account }) {
      for (const [scope, until] of distrustedUntil) if (until <= monotonic()) distrustedUntil.delete(scope)
      for (const scope of scopesOf(write))
        distrustedUntil.set(`${account} ${scope}`, monotonic() + LATE_EFFECT_MS)
    },
    isTrusted({ path }, { account }) {
      const until = distrustedUntil.get(`${account} ${path}`)
      return until === undefined || until <= monotonic()
    },
  }
}

/** The path, and so the scope, of every list. */
export const LISTS = '/appointments'

/** False for a request about a person or a place. */
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
