import { LRUCache } from 'lru-cache'
import type { PartialAppointment } from '../../contract/field-names.ts'
import { utcOf } from '../../contract/instant.ts'
import type { AppointmentEvent } from '../../events/event.ts'
import type { Change, ChangeKind, EventLog, LatestChange, LoggedChange } from '../../shared/event-log.ts'
import type { MaybePromise } from '../../shared/maybe-promise.ts'
import type { Shared } from '../../shared/shared.ts'
import type { Clock } from '../clock.ts'
import { LISTS } from '../pipe/epochs.ts'
import {
  confirmedBy,
  findingOf,
  isGap,
  latest,
  orderOfEvent,
  orderOfWrite,
  type RowRead,
} from './evidence.ts'
import { createHealth, type FeedState, type Health } from './health.ts'
import { createMemberships, type LatestRead, type Memberships } from './memberships.ts'
import { createRecorder, diffFound, type Recording, SKEW_MS, withUnknownState } from './recorder.ts'
import { createUpstreamClock, type UpstreamClock } from './upstream-clock.ts'

/**
 * What became of an event: published; the echo of a known change; older than the known change; delivered before; or not
 * recorded, because the log is unreachable.
 */
export type EventFate = 'logged' | 'echo' | 'outdated' | 'duplicate' | 'unavailable'

export interface CoherenceOptions {
  /** The accounts whose events reach the gateway. */
  readonly accounts: readonly string[]
  readonly shared: Shared
  readonly clock: Clock
  /** Without an event for this long an account's feed counts as silent, in milliseconds. */
  readonly silentMs: number
  readonly onFeedState: (state: FeedState) => void
  /** Called for each published change whose source is not an event: a write of the gateway's own, or a read. */
  readonly onFound: (change: Pick<Change, 'kind' | 'source'>) => void
}

/** A write through the gateway that the upstream has answered. */
export interface OwnWrite {
  readonly kind: ChangeKind
  /** The appointment's fields in the request and in the answer. */
  readonly now: PartialAppointment
  /** Those of the fields that are certain even if the upstream has altered what was sent. Cached lists are patched with them. */
  readonly certain: PartialAppointment
  /** The latest known change when the write was sent; undefined for a create. */
  readonly known: LatestChange | undefined
  /** When the upstream performed the write, in RFC 3339; undefined where the answer does not contain that. */
  readonly at: string | undefined
  /** The earliest instant at which it can have happened, on the clock of answers, in milliseconds since the epoch. */
  readonly since: number | undefined
}

/** Appointments that are known by reads only. */
const MAX_READS = 20_000

/**
 * Keeps cached answers and subscribers coherent with the upstream, by its events, by the gateway's own writes, and by reads that
 * return what no event has reported. Does nothing for an account without events.
 */
export interface Coherence extends Pick<Memberships, 'recordMissing' | 'recordLeft'> {
  /** Whether the account's events reach the gateway. */
  hasEvents(account: string): boolean
  latestChange(account: string, id: string): MaybePromise<LatestChange | undefined>
  receiveEvent(account: string, event: AppointmentEvent): Promise<EventFate>
  /** For an event of an appointment that can't be read: any appointment may have changed. */
  receiveUnreadableEvent(account: string): Promise<void>
  /** For an event of another kind, which proves that the feed works, and may have changed the resources at these paths. */
  receiveOtherEvent(account: string, paths: readonly string[]): MaybePromise<void>
  /** Updates lists and notifies subscribers. The cached appointment was invalidated when the write was sent. */
  recordWrite(account: string, write: OwnWrite): Promise<void>
  /** For a write whose answer can't be read: any list may have changed. */
  recordUnreadableWrite(account: string): MaybePromise<void>
  /** Compares a row of an answer with the known state, and records a change that no event has reported. */
  compareRead(account: string, read: RowRead): MaybePromise<void>
  readonly compareList: Memberships['compare']
  /** Notes the date of an answer of the upstream, in milliseconds since the epoch. */
  observeDate(account: string, dateMs: number): void
  /** Whether events have reported every change since that instant of the monotonic clock. */
  covers(account: string, since: number): boolean
  /** Whether events arrive, and no read contradicts them. */
  isHealthy(account: string): boolean
  /** The worst state of all accounts; `off` without accounts. */
  feedState(): FeedState | 'off'
  /** The state of one account; `off` where its events do not reach the gateway. */
  feedStateOf(account: string): FeedState | 'off'
  readonly follow: EventLog['follow']
  /** Whether the change is the latest known one of its appointment. */
  isLatest(account: string, change: LoggedChange): boolean
}

/** The outcome of comparing an event with the latest known change. */
interface EventRecording extends Recording {
  readonly fate: EventFate
  /** The state before the event, where no event has reported that state: an event was lost. */
  readonly unreported?: PartialAppointment | null | undefined
}

export function createCoherence(options: CoherenceOptions): Coherence {
  const { accounts, shared, clock, silentMs, onFeedState, onFound } = options
  const { epochs, events } = shared
  const feeds = new Map<string, Health>(
    accounts.map((account) => [account, createHealth({ silentMs, clock, onChange: onFeedState })]),
  )
  const clocks = new Map<string, UpstreamClock>(
    accounts.map((account) => [account, createUpstreamClock(clock.monotonic)]),
  )
  const reads = new LRUCache<string, LatestRead>({ max: MAX_READS })
  const latestReadOf = (account: string, id: string) => reads.get(`${account} ${id}`)
  const recorder = createRecorder({
    shared,
    clock,
    onFound: () => onFound({ kind: 'reconciled', source: 'reconciled' }),
  })
  const memberships = createMemberships({ shared, recorder, clock, latestReadOf })

  // All instances see the entries of the log in one order. A state that only a read has found, and no entry explains, is a loss.
  for (const [account, health] of feeds)
    events.watch(account, ({ source, now }) => {
      if (source === 'reconciled') health.suspect(now)
      else health.explain(now)
      if (source === 'webhook') health.eventReceived()
    })

  function sinceOf(account: string, { createdAt, now }: Pick<AppointmentEvent, 'createdAt' | 'now'>) {
    return clocks.get(account)?.sinceOf(createdAt, now)
  }

  /** The state that the latest read has returned, for an appointment without a known change. */
  function changeOfRead(account: string, id: string): LatestChange | undefined {
    const row = latestReadOf(account, id)?.read.row
    if (row === undefined) return undefined
    const time = recorder.timeOf(row.updatedAt)
    return recorder.latestChangeOf(recorder.changeFound(row, undefined), undefined, time)
  }

  async function compareWithKnown(
    account: string,
    event: AppointmentEvent,
    known: LatestChange | undefined,
  ): Promise<EventRecording> {
    const { id: eventId, kind, createdAt: reportedAt, now } = event
    const last = known ?? changeOfRead(account, now.id)
    const order = orderOfEvent({ now, before: event.before, reportedAt }, last)
    // Also after a write of the gateway's own: its event leaves lists that contain its state as they are, but an event of the same
    // state may be of a later change, of a field that it does not contain.
    if (order !== 'same' || known?.source === 'gateway') {
      const since = order === 'newer' ? sinceOf(account, event) : undefined
      await recorder.apply(account, { id: now.id, now, before: event.before, since })
    }
    if (order === 'same' && known !== undefined)
      return { fate: 'echo', eventId, isPublished: false, latestChange: confirmedBy(known, now, reportedAt) }
    if (order === 'older' && last !== undefined)
      return { fate: 'outdated', eventId, isPublished: false, latestChange: last }
    const unreported = known !== undefined && isGap(event, known.now) ? event.before : undefined
    if (unreported != null) await epochs.advance(account, [LISTS], diffFound(now, sinceOf(account, event)))
    const before = event.before === undefined ? known?.now : event.before
    const change: Change = { kind, source: 'webhook', occurredAt: reportedAt, now, before }
    const published = { fate: 'logged', eventId, isPublished: true, unreported } as const
    if (order !== 'unclear') {
      const time = { reportedAt, reportedWithinMs: 0 }
      return { ...published, latestChange: recorder.latestChangeOf(change, known, time) }
    }
    // Either of the two may be the later one.
    const time = { reportedAt: latest(reportedAt, last?.reportedAt), reportedWithinMs: SKEW_MS }
    return { ...published, latestChange: recorder.latestChangeOf(withUnknownState(change, last), last, time) }
  }

  async function receiveEvent(account: string, event: AppointmentEvent): Promise<EventFate> {
    // A duplicate proves nothing: anybody can send a recorded delivery again.
    if (await events.hasSeen(account, event.id)) return 'duplicate'
    feeds.get(account)?.eventReceived()
    const recorded = await recorder.record(account, event.now.id, (known) =>
      compareWithKnown(account, event, known),
    )
    if (typeof recorded === 'string') return recorded
    // The watcher of the log sees published events only, and an echo explains a state too.
    feeds.get(account)?.explain(event.now)
    if (recorded.unreported != null) feeds.get(account)?.suspect(recorded.unreported)
    return recorded.fate
  }

  /**
   * Publishes the fields of the request and the answer only, because what was known of others may be outdated. Changes that
   * arrived while the write was in flight are in the log and in the lists. Where one of them may be the later one, no list is
   * patched with the write.
   */
  async function recordWrite(account: string, write: OwnWrite): Promise<void> {
    const { kind, now, certain, known: knownWhenSent, at, since } = write
    const { id } = now
    const recorded = await recorder.record(account, id, async (known) => {
      const isFirst = known?.mark === knownWhenSent?.mark
      const order = isFirst || known === undefined ? 'newer' : orderOfWrite(now, known)
      if (order === 'older') return undefined
      const before = kind === 'created' ? null : known?.now
      const diff = { id, now: certain, before, since: order === 'newer' ? since : undefined }
      // A client may have requested the new appointment before it existed.
      if (kind === 'created') await recorder.apply(account, diff)
      else await epochs.advance(account, [LISTS], diff)
      if (order === 'same') return undefined
      const occurredAt = at ?? utcOf(clock.now())
      const change: Change = { kind, source: 'gateway', occurredAt, now, before }
      const published = order === 'unclear' ? withUnknownState(change, known) : change
      return {
        isPublished: true,
        latestChange: recorder.latestChangeOf(published, known, recorder.timeOf(at)),
      }
    })
    // A read may have returned the new state before the answer to the write arrived.
    feeds.get(account)?.explain(now)
    if (typeof recorded === 'object') onFound({ kind, source: 'gateway' })
  }

  async function recordRead(account: string, read: RowRead, earlier: RowRead | undefined): Promise<void> {
    const { row } = read
    const timeOf = (readAt: number) => recorder.timeOf(row.updatedAt, readAt)
    await recorder.recordFound(account, row.id, async (known) => {
      const finding = findingOf(read, known, earlier)
      if (finding === 'nothing') return undefined
      if (finding === 'resolved' && known !== undefined) {
        // Subscribers were notified when the change was recorded.
        const resolved: Change = { ...known, source: 'reconciled', now: row }
        const time = timeOf(known.readAt ?? known.recordedAt)
        return { isPublished: false, latestChange: recorder.latestChangeOf(resolved, known, time) }
      }
      await recorder.apply(account, diffFound(row, finding === 'unclear' ? undefined : read.since))
      const change = recorder.changeFound(row, known?.now ?? earlier?.row)
      const published = finding === 'unclear' ? withUnknownState(change, known) : change
      return {
        isPublished: true,
        latestChange: recorder.latestChangeOf(published, known, timeOf(read.requestedAt)),
      }
    })
  }

  return {
    hasEvents: (account) => feeds.has(account),
    latestChange: (account, id) => (feeds.has(account) ? events.latestChange(account, id) : undefined),
    receiveEvent,
    async receiveUnreadableEvent(account) {
      feeds.get(account)?.eventReceived()
      memberships.noteUnreadable(account)
      await epochs.advance(account, [LISTS])
    },
    receiveOtherEvent(account, paths) {
      feeds.get(account)?.eventReceived()
      return paths.length === 0 ? undefined : epochs.advance(account, paths)
    },
    recordWrite,
    recordUnreadableWrite(account) {
      memberships.noteUnreadable(account)
      return epochs.advance(account, [LISTS])
    },
    compareRead(account, read) {
      const { id } = read.row
      const { read: earlier, firstReadAt = read.receivedAt } = latestReadOf(account, id) ?? {}
      // A slow answer is not the latest.
      if (earlier === undefined || earlier.requestedAt <= read.requestedAt)
        reads.set(`${account} ${id}`, { read, firstReadAt })
      // Usually there is nothing to record, and this process knows that without asking Redis.
      const isNothing = findingOf(read, events.peekLatestChange(account, id), earlier) === 'nothing'
      return isNothing ? undefined : recordRead(account, read, earlier)
    },
    compareList: memberships.compare,
    recordMissing: memberships.recordMissing,
    recordLeft: memberships.recordLeft,
    observeDate: (account, dateMs) => clocks.get(account)?.observeDate(dateMs),
    covers: (account, since) => shared.wasUpSince(since) && (feeds.get(account)?.covers(since) ?? false),
    isHealthy: (account) => feeds.get(account)?.state() === 'healthy',
    feedState() {
      const states = [...feeds.values()].map((health) => health.state())
      return WORST_FIRST.find((state) => states.includes(state)) ?? 'off'
    },
    feedStateOf: (account) => feeds.get(account)?.state() ?? 'off',
    follow: events.follow,
    isLatest: (account, { mark, now }) => events.peekLatestChange(account, now.id)?.mark === mark,
  }
}

const WORST_FIRST: readonly FeedState[] = ['contradicted', 'silent', 'waiting', 'healthy']
