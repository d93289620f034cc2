import { randomUUID } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { PartialAppointment } from '../../contract/field-names.ts'
import { utcOf } from '../../contract/instant.ts'
import type { AppointmentEvent } from '../../events/event.ts'
import { matches } from '../../events/filter.ts'
import type { AppointmentDiff } from '../../shared/epochs.ts'
import type { Change, ChangeKind, Entry, EventLog, LastWord, LoggedChange } from '../../shared/event-log.ts'
import type { MaybePromise } from '../../shared/maybe-promise.ts'
import type { Shared } from '../../shared/shared.ts'
import { type Clock, HOUR_MS } from '../clock.ts'
import { LISTS, pathOf } from '../pipe/epochs.ts'
import {
  isBlank,
  isExplained,
  isGap,
  latest,
  type Move,
  meaningOf,
  orderOfEvent,
  orderOfWrite,
  type Sighting,
  toldAgain,
} from './evidence.ts'
import { createHealth, type FeedState, type Health } from './health.ts'
import { createUpstreamClock, type UpstreamClock } from './upstream-clock.ts'
import { createWindows, type WholeRead } from './windows.ts'

/** What became of an event: told on, known already, older than what is known, delivered before, or not taken. */
export type EventFate = 'logged' | 'echo' | 'outdated' | 'duplicate' | 'unavailable'

export interface CoherenceOptions {
  /** The accounts whose events reach the gateway. */
  readonly accounts: readonly string[]
  readonly shared: Shared
  readonly clock: Clock
  /** Without an event for this long an account's feed counts as silent, in milliseconds. */
  readonly silentMs: number
  readonly onFeedState: (state: FeedState) => void
  /** Called for each change that no event told of first: a write of the gateway's own, or what a read has found. */
  readonly onFound: (change: Pick<Change, 'kind' | 'source'>) => void
}

/** A write of the gateway's own that was answered. */
export interface OwnWrite {
  readonly kind: ChangeKind
  /** What the answer and the request tell of the appointment. */
  readonly now: PartialAppointment
  /** What of that is certain, whatever the upstream has made of the request: it is put into lists. */
  readonly certain: PartialAppointment
  /** What was known of it when the write was sent; undefined for a create. */
  readonly known: LastWord | undefined
  /** When it happened by the upstream's clock, in RFC 3339; undefined where the answer does not tell. */
  readonly at: string | undefined
  /** The earliest instant at which it can have happened, on the clock of answers, in milliseconds since the epoch. */
  readonly since: number | undefined
}

/** An entry without what is the same for all. */
type Noted = Pick<Entry, 'lastWord' | 'isNews'> & { readonly eventId?: string }

interface NotedEvent extends Noted {
  readonly fate: EventFate
  /** The state that it begins with, where no event told of that one. */
  readonly lost?: PartialAppointment | null | undefined
}

interface Told {
  readonly toldAt: string | undefined
  readonly toldWithinMs: number
  readonly readAt?: number | undefined
}

/** The latest read of a row. */
interface Seen {
  readonly sighting: Sighting
  readonly firstSeenAt: number
}

/** A row that a list showed when it was last read, and does not show any more. */
export interface Missing {
  readonly id: string
  /** When the list was asked for that showed it, on the monotonic clock. */
  readonly since: number
}

/** Rows that are known by reads only. */
const MAX_SIGHTINGS = 20_000
/** The upstream's own times may count whole seconds, and an answer takes its time. */
const INEXACT_MS = 2000
/** Another clock than that of the upstream's events: the gateway's own, or that of a proxy which dated an answer. */
const SKEW_MS = 300_000
/** So long ago a list may have been read that proves a change by what it lacks, or shows. */
const REACH_MS = 2 * HOUR_MS

/**
 * Keeps what is cached, and who subscribes, in step with the upstream: by its events, by the gateway's own writes, and by
 * reads that show what no event told. Does nothing for an account without events.
 */
export interface Coherence {
  /** Whether the account's events reach the gateway. */
  hasEvents(account: string): boolean
  lastWord(account: string, id: string): MaybePromise<LastWord | undefined>
  takeEvent(account: string, event: AppointmentEvent): Promise<EventFate>
  /** An event that does not say what it is of: anything may have changed. */
  takeUnreadable(account: string): Promise<void>
  /** An event that is of no appointment is a sign of life. It may have changed what is at these paths. */
  takeOther(account: string, paths: readonly string[]): MaybePromise<void>
  /** Tells lists and subscribers of it. Its item is forgotten already. */
  takeWrite(account: string, write: OwnWrite): Promise<void>
  /** It was answered, and nothing says how: any list may have changed. */
  takeUnreadableWrite(account: string): MaybePromise<void>
  takeRead(account: string, sighting: Sighting): MaybePromise<void>
  /**
   * Takes the rows that a list shows and did not show before, and returns those that are missing from it, for all that is
   * known. Each row was taken as a read already.
   */
  takeList(account: string, read: WholeRead): Promise<readonly Missing[]>
  /** It is missing from a list that was read at once, unless something newer is known of it by now. */
  takeMissing(account: string, missing: Missing, read: WholeRead): Promise<void>
  /** It was in a list, and a read of it alone shows that it no longer is. Does nothing where that is told already. */
  takeLeft(account: string, shown: PartialAppointment, left: Omit<Move, 'isIn'>): Promise<void>
  /** An answer of the upstream was dated so, in milliseconds since the epoch. */
  takeDate(account: string, dateMs: number): void
  /** Whether events told of every change since that instant of the monotonic clock. */
  covers(account: string, since: number): boolean
  /** Whether events come now, and nothing contradicts them. */
  isHealthy(account: string): boolean
  /** The worst of all accounts; `off` where there are none. */
  feedState(): FeedState | 'off'
  /** Of one account; `off` where its events do not reach the gateway. */
  feedStateOf(account: string): FeedState | 'off'
  readonly follow: EventLog['follow']
  /** Whether nothing newer is known of its appointment. */
  isLatest(account: string, change: LoggedChange): boolean
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

  const sightings = new LRUCache<string, Seen>({ max: MAX_SIGHTINGS })
  const windows = createWindows()
  /** When something was told last that may be of any appointment, by account. */
  const unreadableAt = new Map<string, number>()

  // The log tells all instances alike, in one order: what none of its entries tells is the loss.
  for (const [account, health] of feeds)
    events.watch(account, ({ source, now }) => {
      if (source === 'reconciled') health.suspect(now)
      else health.explain(now)
      if (source === 'webhook') health.hear()
    })

  /** Notes an entry; compares again where the last word is another by the time that the log takes it. */
  async function note<Decided extends Noted | undefined>(
    account: string,
    id: string,
    decide: (known: LastWord | undefined) => Promise<Decided>,
  ): Promise<Decided | 'duplicate' | 'unavailable'> {
    for (;;) {
      const known = await events.lastWord(account, id)
      const noted = await decide(known)
      if (noted === undefined) return noted
      const { eventId, isNews, lastWord } = noted
      const entry = { appointmentId: id, eventId, isNews, lastWord, expected: known?.mark }
      const appended = await events.append(account, entry)
      if (appended === 'logged') return noted
      if (appended !== 'conflict') return appended
    }
  }

  async function noteFound(
    account: string,
    id: string,
    decide: (known: LastWord | undefined) => Promise<Noted | undefined>,
  ): Promise<void> {
    const noted = await note(account, id, decide)
    if (typeof noted === 'object' && noted.isNews) onFound({ kind: 'reconciled', source: 'reconciled' })
  }

  function sinceOf(account: string, { createdAt, now }: Pick<AppointmentEvent, 'createdAt' | 'now'>) {
    return clocks.get(account)?.sinceOf(createdAt, now)
  }

  /** Forgets, or patches, what the change may have changed. It comes before subscribers are told: what they read is new. */
  async function apply(account: string, diff: AppointmentDiff): Promise<void> {
    await epochs.advance(account, [pathOf(diff.id)])
    await epochs.advance(account, [LISTS], diff)
  }

  /** Of a change that no event told of: it may have been in any list before. */
  function diffFound(now: PartialAppointment, since: number | undefined): AppointmentDiff {
    return { id: now.id, now, before: undefined, since }
  }

  function toldBy(upstreams: string | undefined, readAt?: number): Told {
    return upstreams === undefined
      ? { toldAt: utcOf(clock.now()), toldWithinMs: SKEW_MS, readAt }
      : { toldAt: upstreams, toldWithinMs: INEXACT_MS, readAt }
  }

  function wordOf(change: Change, known: LastWord | undefined, told: Told): LastWord {
    const { updatedAt } = change.now
    const version =
      updatedAt == null ? { updatedAt: known?.updatedAt, isExact: false } : { updatedAt, isExact: true }
    return { ...change, ...version, ...told, mark: randomUUID(), notedAt: clock.monotonic() }
  }

  /** Subscribers read the appointment themselves: whichever of the two came first, what they read is not older. */
  function unclearOf(change: Change, known: LastWord | undefined): Change {
    const before = known === undefined || isBlank(known.now) ? (change.before ?? known?.before) : known.now
    return { ...change, now: { id: change.now.id }, before }
  }

  async function takeEvent(account: string, event: AppointmentEvent): Promise<EventFate> {
    const { id: eventId, kind, createdAt: toldAt, now } = event
    // Whoever sends an event again proves nothing of the feed.
    if (await events.hasSeen(account, eventId)) return 'duplicate'
    feeds.get(account)?.hear()
    const noted = await note(account, now.id, async (known): Promise<NotedEvent> => {
      const seen = seenOf(account, now.id)
      const last = known ?? (seen && wordSeen(seen.shown))
      const order = orderOfEvent({ now, before: event.before, toldAt }, last)
      // Lists that show what a write's own event says stay. But it may be of a later change, of something that it does not show.
      if (order !== 'same' || known?.source === 'gateway') {
        const since = order === 'newer' ? sinceOf(account, event) : undefined
        await apply(account, { id: now.id, now, before: event.before, since })
      }
      if (order === 'same' && known !== undefined)
        return { fate: 'echo', eventId, isNews: false, lastWord: toldAgain(known, now, toldAt) }
      if (order === 'older' && last !== undefined)
        return { fate: 'outdated', eventId, isNews: false, lastWord: last }
      const lost = known !== undefined && isGap(event, known.now) ? event.before : undefined
      if (lost != null) await epochs.advance(account, [LISTS], diffFound(now, sinceOf(account, event)))
      const before = event.before === undefined ? known?.now : event.before
      const change: Change = { kind, source: 'webhook', occurredAt: toldAt, now, before }
      const logged = { fate: 'logged', eventId, isNews: true, lost } as const
      if (order !== 'unclear')
        return { ...logged, lastWord: wordOf(change, known, { toldAt, toldWithinMs: 0 }) }
      // The later one of the two may be either.
      const told = { toldAt: latest(toldAt, last?.toldAt), toldWithinMs: SKEW_MS }
      return { ...logged, lastWord: wordOf(unclearOf(change, last), last, told) }
    })
    if (typeof noted === 'string') return noted
    // The log tells nobody of an event that is no news.
    feeds.get(account)?.explain(now)
    if (noted.lost != null) feeds.get(account)?.suspect(noted.lost)
    return noted.fate
  }

  /**
   * Only what the request and the answer say is told: what was known before may be old. What came while the write was on its
   * way is in the log, and in the lists. Where that may be the later one, the write is put into no list.
   */
  async function takeWrite(account: string, write: OwnWrite): Promise<void> {
    const { kind, now, certain, known: knownWhenSent, at, since } = write
    const { id } = now
    const noted = await note(account, id, async (known) => {
      const isFirst = known?.mark === knownWhenSent?.mark
      const order = isFirst || known === undefined ? 'newer' : orderOfWrite(now, known)
      if (order === 'older') return undefined
      const before = kind === 'created' ? null : known?.now
      const diff = { id, now: certain, before, since: order === 'newer' ? since : undefined }
      // Somebody may have asked for it before it was there.
      if (kind === 'created') await apply(account, diff)
      else await epochs.advance(account, [LISTS], diff)
      if (order === 'same') return undefined
      const occurredAt = at ?? utcOf(clock.now())
      const change: Change = { kind, source: 'gateway', occurredAt, now, before }
      const told = order === 'unclear' ? unclearOf(change, known) : change
      return { isNews: true, lastWord: wordOf(told, known, toldBy(at)) }
    })
    // A read may have shown it before its answer came.
    feeds.get(account)?.explain(now)
    if (typeof noted === 'object') onFound({ kind, source: 'gateway' })
  }

  async function takeRead(account: string, sighting: Sighting, earlier: Sighting | undefined): Promise<void> {
    const { shown } = sighting
    await noteFound(account, shown.id, async (known) => {
      const meaning = meaningOf(sighting, known, earlier)
      if (meaning === 'nothing') return undefined
      const toldIn = (readAt: number) => toldBy(shown.updatedAt ?? undefined, readAt)
      if (meaning === 'place' && known !== undefined) {
        // It was told then, and now only becomes clear.
        const told = toldIn(known.readAt ?? known.notedAt)
        const placed: Change = { ...known, source: 'reconciled', now: shown }
        return { isNews: false, lastWord: wordOf(placed, known, told) }
      }
      await apply(account, diffFound(shown, meaning === 'unclear' ? undefined : sighting.since))
      const change = changeSeen(shown, known?.now ?? earlier?.shown)
      const read = meaning === 'unclear' ? unclearOf(change, known) : change
      return { isNews: true, lastWord: wordOf(read, known, toldIn(sighting.askedAt)) }
    })
  }

  function changeSeen(shown: PartialAppointment, before: PartialAppointment | undefined): Change {
    const occurredAt = shown.updatedAt ?? utcOf(clock.now())
    return { kind: 'reconciled', source: 'reconciled', occurredAt, now: shown, before }
  }

  /** Nothing that is known says how that came. What is long ago the log may have forgotten. */
  function isUnexplained(account: string, move: Move, known: LastWord | undefined): boolean {
    const { since, askedAt } = move
    const unreadable = unreadableAt.get(account) ?? Number.NEGATIVE_INFINITY
    const knowsAll = askedAt - since <= REACH_MS && unreadable < since && shared.wasUpSince(since)
    return knowsAll && !isExplained(move, known)
  }

  async function takeMoved(
    account: string,
    shown: PartialAppointment,
    readAt: number,
    isNews: (known: LastWord | undefined) => boolean,
  ): Promise<void> {
    await noteFound(account, shown.id, async (known) => {
      if (!isNews(known)) return undefined
      await apply(account, diffFound(shown, seenOf(account, shown.id)?.since))
      const told = toldBy(shown.updatedAt ?? undefined, readAt)
      return { isNews: true, lastWord: wordOf(changeSeen(shown, known?.now), known, told) }
    })
  }

  /** A row that a list shows, and did not show before. */
  async function takeCome(
    account: string,
    shown: PartialAppointment,
    { filter, askedAt, isAtOnce }: WholeRead,
    since: number,
  ): Promise<void> {
    const { firstSeenAt = since } = sightings.get(`${account} ${shown.id}`) ?? {}
    const move = { filter, since, askedAt, isIn: true }
    const isNews = (known: LastWord | undefined) =>
      (known === undefined && firstSeenAt > since) || (isAtOnce && isUnexplained(account, move, known))
    // As a rule it was told.
    if (isNews(events.knownHere(account, shown.id))) await takeMoved(account, shown, askedAt, isNews)
  }

  /** For all that is known it would be in the list, or nothing that is known says why it no longer is. */
  function isMissing(
    account: string,
    { id, since }: Missing,
    { filter, askedAt }: WholeRead,
    word: LastWord | undefined,
  ): boolean {
    const seen = seenOf(account, id)
    const known = word?.now ?? seen?.shown
    const knownAt = Math.max(word?.notedAt ?? 0, seen?.seenAt ?? 0)
    if (known !== undefined && knownAt <= askedAt && matches(filter, known) === true) return true
    return isUnexplained(account, { filter, since, askedAt, isIn: false }, word)
  }

  async function takeMissing(account: string, missing: Missing, read: WholeRead): Promise<void> {
    const { id } = missing
    await noteFound(account, id, async (known) => {
      // Its event may have come while others that are missing were told of.
      if (!isMissing(account, missing, read, known)) return undefined
      const change = changeSeen({ id }, known?.now ?? seenOf(account, id)?.shown)
      await apply(account, diffFound({ id }, undefined))
      return { isNews: true, lastWord: wordOf(change, known, toldBy(undefined, read.askedAt)) }
    })
  }

  function seenOf(account: string, id: string): Sighting | undefined {
    return sightings.get(`${account} ${id}`)?.sighting
  }

  /** What a read showed, as if it were the last word. */
  function wordSeen(shown: PartialAppointment): LastWord {
    return wordOf(changeSeen(shown, undefined), undefined, toldBy(shown.updatedAt ?? undefined))
  }

  return {
    hasEvents: (account) => feeds.has(account),
    lastWord: (account, id) => (feeds.has(account) ? events.lastWord(account, id) : undefined),
    takeEvent,
    async takeUnreadable(account) {
      feeds.get(account)?.hear()
      unreadableAt.set(account, clock.monotonic())
      await epochs.advance(account, [LISTS])
    },
    takeOther(account, paths) {
      feeds.get(account)?.hear()
      return paths.length === 0 ? undefined : epochs.advance(account, paths)
    },
    takeWrite,
    takeUnreadableWrite(account) {
      unreadableAt.set(account, clock.monotonic())
      return epochs.advance(account, [LISTS])
    },
    takeRead(account, sighting) {
      const { id } = sighting.shown
      const key = `${account} ${id}`
      const { sighting: earlier, firstSeenAt = sighting.seenAt } = sightings.get(key) ?? {}
      // An answer that took its time is not the latest.
      if (earlier === undefined || earlier.askedAt <= sighting.askedAt)
        sightings.set(key, { sighting, firstSeenAt })
      // As a rule there is nothing to note.
      const isNothing = meaningOf(sighting, events.knownHere(account, id), earlier) === 'nothing'
      return isNothing ? undefined : takeRead(account, sighting, earlier)
    },
    async takeList(account, read) {
      const { gone, come, since } = windows.compare(account, read) ?? { gone: [], come: [], since: 0 }
      for (const shown of come) await takeCome(account, shown, read, since)
      return gone
        .map((id) => ({ id, since }))
        .filter((missing) => isMissing(account, missing, read, events.knownHere(account, missing.id)))
    },
    takeMissing,
    takeLeft: (account, shown, left) =>
      takeMoved(account, shown, left.askedAt, (known) =>
        isUnexplained(account, { ...left, isIn: false }, known),
      ),
    takeDate: (account, dateMs) => clocks.get(account)?.hear(dateMs),
    covers: (account, since) => shared.wasUpSince(since) && (feeds.get(account)?.covers(since) ?? false),
    isHealthy: (account) => feeds.get(account)?.state() === 'healthy',
    feedState() {
      const states = [...feeds.values()].map((health) => health.state())
      return WORST_FIRST.find((state) => states.includes(state)) ?? 'off'
    },
    feedStateOf: (account) => feeds.get(account)?.state() ?? 'off',
    follow: events.follow,
    isLatest: (account, { mark, now }) => events.knownHere(account, now.id)?.mark === mark,
  }
}

const WORST_FIRST: readonly FeedState[] = ['contradicted', 'silent', 'waiting', 'healthy']
