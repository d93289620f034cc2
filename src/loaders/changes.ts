import { type AppointmentFilter, FIELD_NAMES, type FieldName } from '../contract/field-names.ts'
import type { Appointments } from '../rest/appointments/appointments.ts'
import { type AppointmentRow, readableFields } from '../rest/appointments/row.ts'
import type { Changes, Effect, SettledEffect } from '../rest/coherence/changes.ts'
import { isNotFound, noSuchAppointment, streamLagged } from '../rest/errors.ts'
import type { Operation } from '../rest/pipe/pipe.ts'
import type { LoggedChange } from '../shared/event-log.ts'

export type { Movement } from '../events/movement.ts'
export type { ChangeKind, ChangeSource } from '../shared/event-log.ts'

/** A change as one subscription gets it. */
export interface ChangeEvent extends Effect {
  readonly change: LoggedChange
  readonly filter: AppointmentFilter
  /** Several changes of one appointment, put together for a slow reader: no other subscriber has the same. */
  readonly isMerged: boolean
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

interface Waiting {
  readonly change: LoggedChange
  /** Undefined for several changes that are put together: it is found out once they are read. */
  readonly effect: Effect | undefined
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
  let reader: ((result: IteratorResult<ChangeEvent, undefined>) => void) | undefined
  let isLagging = false
  let isOver = false

  function take(change: LoggedChange): void {
    if (isOver || isLagging) return
    const effect = changes.effectOf(change, filter, by)
    if (effect === undefined) return
    // While the reader waits, no change does.
    if (reader !== undefined) answer({ done: false, value: eventOf(change, effect, false) })
    else enqueue({ change, effect })
  }

  function enqueue(next: Waiting): void {
    if (waiting.length >= MAX_WAITING) waiting = mergeByAppointment(waiting)
    if (waiting.length >= MAX_WAITING) isLagging = true
    else waiting.push(next)
  }

  const following = await changes.follow(after, by, take)
  const backlog = following.backlog.values()
  let resumeAfter = following.backlog.length > 0 && after !== undefined ? after : following.head

  function nextEvent(): ChangeEvent | undefined {
    for (const change of backlog) {
      const effect = changes.effectOf(change, filter, by)
      if (effect !== undefined) return eventOf(change, effect, false)
    }
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { change, effect } = next
      const found = effect ?? changes.effectOf(change, filter, by)
      if (found !== undefined) return eventOf(change, found, effect === undefined)
    }
    return undefined
  }

  function eventOf(change: LoggedChange, effect: Effect, isMerged: boolean): ChangeEvent {
    resumeAfter = change.sequence
    return { ...effect, change, filter, isMerged }
  }

  function answer(result: IteratorResult<ChangeEvent, undefined>): void {
    const read = reader
    reader = undefined
    read?.(result)
  }

  function end(): void {
    if (isOver) return
    isOver = true
    waiting = []
    following.stop()
    answer(DONE)
  }

  const stream: ChangeStream = {
    next() {
      if (isOver) return Promise.resolve(DONE)
      const event = nextEvent()
      if (event !== undefined) return Promise.resolve({ done: false, value: event })
      if (isLagging) {
        end()
        return Promise.reject(streamLagged(resumeAfter))
      }
      return new Promise((resolve) => {
        reader = resolve
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

/** One change for each appointment: from what was before the first of them to what is after the last. */
function mergeByAppointment(waiting: readonly Waiting[]): Waiting[] {
  const merged = new Map<string, Waiting>()
  for (const { change, effect } of waiting) {
    const { id } = change.now
    const earlier = merged.get(id)
    // The latest comes last: a map keeps the place of a key that it has.
    merged.delete(id)
    merged.set(
      id,
      earlier === undefined
        ? { change, effect }
        : { change: { ...change, before: earlier.change.before }, effect: undefined },
    )
  }
  return [...merged.values()]
}

/** What the event itself tells of its appointment. Someone else's looks like one that there is not, but for its id. */
export function toldOf({ change, isHidden }: ChangeEvent): AppointmentRow {
  const { now } = change
  if (!isHidden) return now
  const names = (Object.keys(FIELD_NAMES) as FieldName[]).filter((name) => name !== 'id')
  const nothing = noSuchAppointment()
  return { id: now.id, ...Object.fromEntries(names.map((name) => [name, nothing])) }
}

/** What a change means that only the whole appointment tells. Undefined where it means nothing to the list. */
export async function settleEffect(
  { change, filter }: ChangeEvent,
  { changes, appointments, by }: SettleOptions,
): Promise<SettledEffect | undefined> {
  const row = await appointments.retrieve(change.now.id, by).then(
    (retrieved) => readableFields(retrieved.row),
    (error: unknown) => {
      // The guard hides someone else's appointment as one that there is not.
      if (isNotFound(error)) return undefined
      throw error
    },
  )
  return changes.effectOnceRead(change, row, filter, by)
}
