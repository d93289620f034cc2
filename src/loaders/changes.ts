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

/** A change as one subscription gets it. */
export interface ChangeEvent extends Effect {
  readonly change: LoggedChange
  /** What the reader has once it has got this: its place in the log. */
  readonly sequence: string
  readonly filter: AppointmentFilter
  /** Another subscriber gets another event for this change: several are put together. */
  readonly isOwn: boolean
}

/** The changes that wait for a slow reader. */
const MAX_WAITING = 256

export interface ChangeStream extends AsyncIterable<ChangeEvent, undefined> {
  next(): Promise<IteratorResult<ChangeEvent, undefined>>
  return(): Promise<IteratorReturnResult<undefined>>
  /** The `after` that repeats nothing of what the reader has got. */
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

interface Waiting {
  readonly change: LoggedChange
  /** Undefined for several changes that are put together: it is found out once they are read. */
  readonly effect: Effect | undefined
  /** The place of the first change that it stands for: whoever resumes from there gets the others again. */
  readonly sequence: string
}

/**
 * The changes of a list, for one reader. Those of one appointment are put together where the reader is slow; if too many
 * wait even so, the stream fails with `STREAM_LAGGED`.
 */
export async function createChangeStream(
  changes: Changes,
  { filter, after, by }: { filter: AppointmentFilter; after: string | undefined; by: Operation },
): Promise<ChangeStream> {
  let waiting: Waiting[] = []
  let reader: Reader | undefined
  /** Why nothing comes any more, once the reader has got what waits. */
  let failure: ((resumeAfter: string) => UpstreamError) | undefined
  let isOver = false

  function take(change: LoggedChange): void {
    if (isOver || failure !== undefined) return
    const effect = changes.effectOf(change, filter, by)
    if (effect === undefined) return
    // While the reader waits, no change does.
    if (reader !== undefined) answer({ done: false, value: eventOf(change, effect) })
    else enqueue(change, effect)
  }

  function enqueue(change: LoggedChange, effect: Effect): void {
    if (waiting.length >= MAX_WAITING) waiting = mergeByAppointment(waiting)
    if (waiting.length >= MAX_WAITING) failure = streamLagged
    else waiting.push({ change, effect, sequence: change.sequence })
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

  /** A change that only a read settles shows what is so now: it is put together with what came of it since. */
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
    const next = waiting.shift()
    if (next === undefined) return undefined
    const { change, effect, sequence } = next
    return eventOf(change, effect ?? mergedEffectOf(change), sequence)
  }

  /** What began and ended while the reader was away has left, for whoever read the list in between. */
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
    waiting = []
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

/** One change for each appointment, in the place of its first: from what was before that to what is after the last. */
function mergeByAppointment(waiting: readonly Waiting[]): Waiting[] {
  const merged = new Map<string, Waiting>()
  for (const next of waiting) {
    const { id } = next.change.now
    const first = merged.get(id)
    merged.set(id, first === undefined ? next : together(first, next))
  }
  return [...merged.values()]
}

function together({ change: { before }, sequence }: Waiting, { change }: Waiting): Waiting {
  return { change: { ...change, before }, effect: undefined, sequence }
}

/**
 * What is told of the appointment: what was read of it, or what the event itself says. Someone else's looks like one that
 * there is not, but for its id.
 */
export function toldOf({ change, isHidden }: ChangeEvent, row: AppointmentRow | undefined): AppointmentRow {
  const { now } = change
  // A read is of a later moment than the event, and the two must not mix.
  if (!isHidden) return row ?? now
  const names = (Object.keys(FIELD_NAMES) as FieldName[]).filter((name) => name !== 'id')
  const nothing = noSuchAppointment()
  return { id: now.id, ...Object.fromEntries(names.map((name) => [name, nothing])) }
}

/** What is so of an event: its effect, and the appointment where it had to be read. */
export interface Settled {
  readonly effect: SettledEffect
  readonly row: AppointmentRow | undefined
}

/**
 * Finds out what a change means that only the whole appointment tells. Undefined where it means nothing to the list. It is
 * read on behalf of the account, once for all subscribers, and each is told what its own view allows.
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
