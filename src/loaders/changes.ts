import { type AppointmentFilter, FIELD_NAMES, type FieldName } from '../contract/field-names.ts'
import { FULL_ACCESS, isNarrowed } from '../rest/access.ts'
import type { Appointments } from '../rest/appointments/appointments.ts'
import { type AppointmentRow, readableFields } from '../rest/appointments/row.ts'
import type { Changes, Effect, SettledEffect } from '../rest/coherence/changes.ts'
import {
  isNotFound,
  noSuchAppointment,
  resumeExpired,
  streamLagged,
  type UpstreamError,
} from '../rest/errors.ts'
import type { Operation } from '../rest/pipe/pipe.ts'
import type { LoggedChange } from '../shared/event-log.ts'

export type { Movement } from '../events/movement.ts'
export type { ChangeKind, ChangeSource, LoggedChange } from '../shared/event-log.ts'

/** A change for one subscription. */
export interface ChangeEvent extends Effect {
  readonly change: LoggedChange
  /** Resuming after this sequence repeats nothing up to this event. */
  readonly sequence: string
  readonly filter: AppointmentFilter
  /** Whether it merges several changes, so that other subscribers do not receive the same event. */
  readonly isOwn: boolean
}

/** The length of the queue for a slow reader. */
const MAX_QUEUED = 256

export interface ChangeStream extends AsyncIterable<ChangeEvent, undefined> {
  next(): Promise<IteratorResult<ChangeEvent, undefined>>
  return(): Promise<IteratorReturnResult<undefined>>
  /** The `after` that continues after the events that the reader has received. */
  readonly resumeAfter: () => string
}

export interface SettleOptions {
  readonly changes: Changes
  readonly appointments: Appointments
  readonly by: Operation
}

interface Reader {
  resolve(result: IteratorResult<ChangeEvent, undefined>): void
  reject(error: UpstreamError): void
}

interface Queued {
  readonly change: LoggedChange
  /** Undefined for a merge of several changes: it is computed when the reader takes it. */
  readonly effect: Effect | undefined
  /** The sequence of the first merged change: a client that resumes after it receives the others again. */
  readonly sequence: string
}

/**
 * The changes of a list, for one reader. If the queue of a slow reader is full, the changes of each appointment are merged; if that
 * is not enough, the stream fails with `STREAM_LAGGED`.
 */
export async function createChangeStream(
  changes: Changes,
  { filter, after, by }: { filter: AppointmentFilter; after: string | undefined; by: Operation },
): Promise<ChangeStream> {
  let queue: Queued[] = []
  let reader: Reader | undefined
  /** The error that ends the stream once the queue is empty. */
  let failure: ((resumeAfter: string) => UpstreamError) | undefined
  let isOver = false

  function take(change: LoggedChange): void {
    if (isOver || failure !== undefined) return
    const effect = changes.effectOf(change, filter, by)
    if (effect === undefined) return
    // A reader that waits has an empty queue.
    if (reader !== undefined) answer({ done: false, value: eventOf(change, effect) })
    else enqueue(change, effect)
  }

  function enqueue(change: LoggedChange, effect: Effect): void {
    if (queue.length >= MAX_QUEUED) queue = mergeByAppointment(queue)
    if (queue.length >= MAX_QUEUED) failure = streamLagged
    else queue.push({ change, effect, sequence: change.sequence })
  }

  function lost(): void {
    failure ??= resumeExpired
    const waitingReader = reader
    reader = undefined
    if (waitingReader === undefined) return
    end()
    waitingReader.reject(resumeExpired())
  }

  const early: LoggedChange[] = []
  let isEarly = true
  const following = await changes.follow(after, by, {
    change: (change) => (isEarly ? void early.push(change) : take(change)),
    lost,
  })
  const unwatch = changes.watch(filter, by)
  let resumeAfter = following.backlog.length > 0 && after !== undefined ? after : following.head
  const backlog = settleBacklog([...following.backlog, ...early]).values()
  isEarly = false

  /** An unclear change is settled by reading the current state, which a later change of the appointment contains already. */
  function settleBacklog(found: readonly LoggedChange[]): LoggedChange[] {
    const settled = new Map<string, LoggedChange>()
    const kept: LoggedChange[] = []
    for (const change of found.toReversed()) {
      const later = settled.get(change.now.id)
      const isUnclear = changes.effectOf(change, filter, by)?.movement === 'unclear'
      if (isUnclear && later !== undefined) continue
      settled.set(change.now.id, change)
      kept.push(change)
    }
    return kept.toReversed()
  }

  function nextEvent(): ChangeEvent | undefined {
    for (const change of backlog) {
      const effect = changes.effectOf(change, filter, by)
      if (effect !== undefined) return eventOf(change, effect)
    }
    const next = queue.shift()
    if (next === undefined) return undefined
    const { change, effect, sequence } = next
    return eventOf(change, effect ?? mergedEffectOf(change), sequence)
  }

  /** An appointment that entered the list and left it between two reads has left, for a client that has read the list in between. */
  function mergedEffectOf(change: LoggedChange): Effect {
    const effect = changes.effectOf(change, filter, by)
    return effect ?? { movement: 'left', isHidden: isNarrowed(by.access) }
  }

  function eventOf(change: LoggedChange, effect: Effect, sequence = change.sequence): ChangeEvent {
    resumeAfter = sequence
    return { ...effect, change, sequence, filter, isOwn: sequence !== change.sequence }
  }

  function answer(result: IteratorResult<ChangeEvent, undefined>): void {
    const read = reader
    reader = undefined
    read?.resolve(result)
  }

  function end(): void {
    if (isOver) return
    isOver = true
    queue = []
    following.stop()
    unwatch()
    answer(DONE)
  }

  const stream: ChangeStream = {
    next() {
      if (isOver) return Promise.resolve(DONE)
      const event = nextEvent()
      if (event !== undefined) return Promise.resolve({ done: false, value: event })
      if (failure !== undefined) {
        end()
        return Promise.reject(failure(resumeAfter))
      }
      return new Promise((resolve, reject) => {
        reader = { resolve, reject }
      })
    },
    async return() {
      end()
      return DONE
    },
    resumeAfter: () => resumeAfter,
    [Symbol.asyncIterator]: () => stream,
  }
  return stream
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined }

/** Merges the changes of each appointment into one, at the place of the first: from the state before it to the state after the last. */
function mergeByAppointment(queue: readonly Queued[]): Queued[] {
  const merged = new Map<string, Queued>()
  for (const next of queue) {
    const { id } = next.change.now
    const first = merged.get(id)
    merged.set(id, first === undefined ? next : merge(first, next))
  }
  return [...merged.values()]
}

function merge({ change: { before }, sequence }: Queued, { change }: Queued): Queued {
  return { change: { ...change, before }, effect: undefined, sequence }
}

/**
 * The appointment of an event: the row that was read for it, or else the fields of the event. Where the caller may not see the
 * appointment, each field but the id has the error of an appointment that does not exist.
 */
export function rowOfEvent(
  { change, isHidden }: ChangeEvent,
  row: AppointmentRow | undefined,
): AppointmentRow {
  const { now } = change
  // The read is later than the event, and their fields must not mix.
  if (!isHidden) return row ?? now
  const names = (Object.keys(FIELD_NAMES) as FieldName[]).filter((name) => name !== 'id')
  const nothing = noSuchAppointment()
  return { id: now.id, ...Object.fromEntries(names.map((name) => [name, nothing])) }
}

/** The effect of an event, and the appointment if it had to be read. */
export interface Settled {
  readonly effect: SettledEffect
  readonly row: AppointmentRow | undefined
}

/**
 * Decides the effect of a change by reading the complete appointment. Undefined where the list is not affected. One read with the
 * rights of the account serves all subscribers, and each of them receives what its own view allows.
 */
export async function settleEvent(
  { change, filter }: ChangeEvent,
  { changes, appointments, by }: SettleOptions,
): Promise<Settled | undefined> {
  const ofAccount = { ...by, access: FULL_ACCESS, view: by.account }
  const row = await appointments.retrieve(change.now.id, ofAccount).then(
    (retrieved) => retrieved.row,
    (error: unknown) => {
      if (isNotFound(error)) return undefined
      throw error
    },
  )
  const effect = changes.effectOnceRead(change, row && readableFields(row), filter, by)
  return effect && { effect, row }
}
