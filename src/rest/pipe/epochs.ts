import type { AppointmentFilter, PartialAppointment } from '../../contract/field-names.ts'
import { matches } from '../../events/filter.ts'
import type { AppointmentDiff, Epoch, Epochs as SharedEpochs } from '../../shared/epochs.ts'
import type { MaybePromise } from '../../shared/maybe-promise.ts'
import type { Clock } from '../clock.ts'
import type { Layer, Operation, Reply, RestRequest } from './pipe.ts'

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
  /**
   * Whether the reply to this read can't have changed since that epoch. A change of one appointment leaves the lists that
   * it certainly is in neither before nor after.
   */
  readonly isCurrent: (epoch: Epoch, read: RestRequest, operation: Operation, reply?: Reply) => boolean
  /** Whether none of these changes may change the reply to this read. */
  readonly leave: (changes: readonly AppointmentDiff[], read: RestRequest, reply: Reply) => boolean
  /** A write may change its item, and every list; a create only the lists that its appointment may be in. */
  readonly bump: (
    write: RestRequest,
    operation: Operation,
    created?: Partial<PartialAppointment>,
  ) => MaybePromise<void>
  /** The same for a write that is about to be sent. What it returns takes it back where the write was not sent. */
  readonly announce: (
    write: RestRequest,
    operation: Operation,
    created?: Partial<PartialAppointment>,
  ) => MaybePromise<(() => void) | undefined>
  /** Nothing says whether a write happened, and it may still do: what is read meanwhile may be old at any moment. */
  readonly distrust: (write: RestRequest, operation: Operation) => void
  /** Whether a reply to this read may be cached. */
  readonly isTrusted: (read: RestRequest, operation: Operation) => boolean
}

/** Longer than an upstream works on a request that nobody waits for any more. */
const DISTRUST_MS = 60_000

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
    isCurrent(epoch, read, operation, reply) {
      if (epoch === epochOf(read, operation)) return true
      const { path } = read
      const changes = shared.changesSince(operation.account, path, epoch)
      return changes !== undefined && leaves(changes, read, reply)
    },
    leave: leaves,
    announce: (write, { account }, created) =>
      shared.announce(account, scopesOf(write), created && diffOf(created)),
    bump: (write, { account }, created) =>
      shared.advance(account, scopesOf(write), created && diffOf(created)),
    distrust(write, { account }) {
      for (const [scope, until] of distrustedUntil) if (until <= monotonic()) distrustedUntil.delete(scope)
      for (const scope of scopesOf(write))
        distrustedUntil.set(`${account} ${scope}`, monotonic() + DISTRUST_MS)
    },
    isTrusted({ path }, { account }) {
      const until = distrustedUntil.get(`${account} ${path}`)
      return until === undefined || until <= monotonic()
    },
  }
}

function diffOf(created: Partial<PartialAppointment>): AppointmentDiff {
  const id = created.id ?? ''
  return { id, now: { ...created, id }, before: null }
}

/** The path, and so the scope, of every list. */
export const LISTS = '/appointments'

/** False for a request about a person or a place. */
export function isOfAppointments({ path }: RestRequest): boolean {
  return path === LISTS || path.startsWith(`${LISTS}/`)
}

export function pathOf(id: string): string {
  return `${LISTS}/${encodeURIComponent(id)}`
}

function scopesOf({ path }: RestRequest): string[] {
  const [, lists = path, id] = /^(\/[^/]+)(?:\/([^/]+))?/.exec(path) ?? []
  return id === undefined ? [lists] : [lists, `${lists}/${id}`]
}

function leaves(
  changes: readonly AppointmentDiff[],
  { filter }: RestRequest,
  reply: Reply | undefined,
): boolean {
  return changes.every((change) => filter !== undefined && !mayChange(filter, change, reply))
}

function mayChange(
  filter: AppointmentFilter,
  { id, now, before }: AppointmentDiff,
  reply: Reply | undefined,
): boolean {
  if (before === undefined || matches(filter, now) !== false) return true
  return (before !== null && matches(filter, before) !== false) || lists(reply, id)
}

/** A list may show the appointment as it was before a change that nobody told of. */
function lists(reply: Reply | undefined, id: string): boolean {
  const rows = reply?.data
  return Array.isArray(rows) && rows.some((row) => (row as { readonly id?: unknown } | null)?.id === id)
}
