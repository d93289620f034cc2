import type { PartialAppointment } from '../../contract/field-names.ts'
import { matches } from '../../events/filter.ts'
import type { LatestChange } from '../../shared/event-log.ts'
import type { Shared } from '../../shared/shared.ts'
import { type Clock, HOUR_MS } from '../clock.ts'
import { isExplained, type Move, type RowRead } from './evidence.ts'
import { type CompleteRead, createListReads } from './list-reads.ts'
import { diffFound, type Recorder } from './recorder.ts'

/** A row that a list contained in its previous read, and does not contain any more. */
export interface Missing {
  readonly id: string
  /** When the previous read was sent, on the monotonic clock. */
  readonly since: number
}

/** Finds changes that no event reported by the rows that enter and leave lists. */
export interface Memberships {
  /**
   * Records the rows that entered the list unexplained, and returns the rows that left it unexplained. `compareRead` has seen each
   * row before.
   */
  compare(account: string, read: CompleteRead): Promise<readonly Missing[]>
  /** Records that the row left a list of one request, or was not found, unless a newer change is known by now. */
  recordMissing(account: string, missing: Missing, read: CompleteRead): Promise<void>
  /** Records that an appointment left a list, as a read of the appointment proves. Does nothing where that is explained. */
  recordLeft(account: string, row: PartialAppointment, left: Omit<Move, 'isIn'>): Promise<void>
  /** A change of an unknown appointment was reported now: it may explain any move. */
  noteUnreadable(account: string): void
}

export interface MembershipsOptions {
  readonly shared: Pick<Shared, 'events' | 'wasUpSince'>
  readonly recorder: Recorder
  readonly clock: Clock
  /** The latest read of an appointment, and when it was first read. */
  readonly latestReadOf: (account: string, id: string) => LatestRead | undefined
}

export interface LatestRead {
  readonly read: RowRead
  readonly firstReadAt: number
}

/** Older reads of a list prove nothing: the log may have dropped the changes since. */
const REACH_MS = 2 * HOUR_MS

export function createMemberships(options: MembershipsOptions): Memberships {
  const { shared, recorder, clock, latestReadOf } = options
  const { events, wasUpSince } = shared
  const listReads = createListReads()
  /** By account, when the last change of an unknown appointment was reported. */
  const unreadableAt = new Map<string, number>()

  /** Whether no known change explains the move. */
  function isUnexplained(account: string, move: Move, known: LatestChange | undefined): boolean {
    const { since, requestedAt } = move
    const unreadable = unreadableAt.get(account) ?? Number.NEGATIVE_INFINITY
    const knowsAll = requestedAt - since <= REACH_MS && unreadable < since && wasUpSince(since)
    return knowsAll && !isExplained(move, known)
  }

  async function recordMove(
    account: string,
    row: PartialAppointment,
    readAt: number,
    isNew: (known: LatestChange | undefined) => boolean,
  ): Promise<void> {
    await recorder.recordFound(account, row.id, async (known) => {
      if (!isNew(known)) return undefined
      await recorder.apply(account, diffFound(row, latestReadOf(account, row.id)?.read.since))
      const change = recorder.changeFound(row, known?.now)
      const time = recorder.timeOf(row.updatedAt, readAt)
      return { isPublished: true, latestChange: recorder.latestChangeOf(change, known, time) }
    })
  }

  async function recordEntered(
    account: string,
    row: PartialAppointment,
    { filter, requestedAt, isOneRequest }: CompleteRead,
    since: number,
  ): Promise<void> {
    const firstReadAt = latestReadOf(account, row.id)?.firstReadAt ?? since
    const move = { filter, since, requestedAt, isIn: true }
    const isNew = (known: LatestChange | undefined) =>
      (known === undefined && firstReadAt > since) || (isOneRequest && isUnexplained(account, move, known))
    // Usually an event has explained it, and this process knows that without asking Redis.
    if (isNew(events.peekLatestChange(account, row.id))) await recordMove(account, row, requestedAt, isNew)
  }

  /** Whether the appointment should be in the list by what is known of it, or no known change explains that it left. */
  function isMissing(
    account: string,
    { id, since }: Missing,
    { filter, requestedAt }: CompleteRead,
    latest: LatestChange | undefined,
  ): boolean {
    const read = latestReadOf(account, id)?.read
    const known = latest?.now ?? read?.row
    const knownAt = Math.max(latest?.recordedAt ?? 0, read?.receivedAt ?? 0)
    if (known !== undefined && knownAt <= requestedAt && matches(filter, known) === true) return true
    return isUnexplained(account, { filter, since, requestedAt, isIn: false }, latest)
  }

  return {
    async compare(account, read) {
      const { left, entered, since } = listReads.compare(account, read) ?? { left: [], entered: [], since: 0 }
      for (const row of entered) await recordEntered(account, row, read, since)
      return left
        .map((id) => ({ id, since }))
        .filter((missing) => isMissing(account, missing, read, events.peekLatestChange(account, missing.id)))
    },
    async recordMissing(account, missing, read) {
      const { id } = missing
      await recorder.recordFound(account, id, async (known) => {
        // Its event may have arrived while other missing rows were recorded.
        if (!isMissing(account, missing, read, known)) return undefined
        const change = recorder.changeFound({ id }, known?.now ?? latestReadOf(account, id)?.read.row)
        await recorder.apply(account, diffFound({ id }, undefined))
        const time = recorder.timeOf(undefined, read.requestedAt)
        return { isPublished: true, latestChange: recorder.latestChangeOf(change, known, time) }
      })
    },
    recordLeft: (account, row, left) =>
      recordMove(account, row, left.requestedAt, (known) =>
        isUnexplained(account, { ...left, isIn: false }, known),
      ),
    noteUnreadable: (account) => void unreadableAt.set(account, clock.monotonic()),
  }
}
