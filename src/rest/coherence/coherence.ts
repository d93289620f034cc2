import { randomUUID } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { PartialAppointment } from '../../contract/field-names.ts'
import { utcOf } from '../../contract/instant.ts'
import type { AppointmentEvent } from '../../events/event.ts'
import type { Order } from '../../events/order.ts'
import type { Change, ChangeKind, Entry, EventLog, LastWord, LoggedChange } from '../../shared/event-log.ts'
import type { MaybePromise } from '../../shared/maybe-promise.ts'
import type { Shared } from '../../shared/shared.ts'
import type { Clock } from '../clock.ts'
import { LISTS, pathOf } from '../pipe/epochs.ts'
import { isGap, latest, meaningOf, orderOfEvent, orderOfWrite, type Sighting, toldAgain } from './evidence.ts'
import { createHealth, type FeedState, type Health } from './health.ts'
import { createUpstreamClock, type UpstreamClock } from './upstream-clock.ts'

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
}

/** A write of the gateway's own that was answered. */
export interface OwnWrite {
  readonly kind: ChangeKind
  /** What the answer and the request tell of the appointment. */
  readonly now: PartialAppointment
  /** What was known of it when the write was sent; undefined for a create. */
  readonly known: LastWord | undefined
  /** When it happened by the upstream's clock, in RFC 3339; undefined where the answer does not tell. */
  readonly at: string | undefined
}

/** An entry without what is the same for all. */
type Noted = Pick<Entry, 'lastWord' | 'isNews'> & Partial<Pick<Entry, 'eventId'>>

interface Told {
  readonly toldAt: string | undefined
  readonly toldWithinMs: number
}

/** Rows that are known by reads only. */
const MAX_SIGHTINGS = 20_000
/** The upstream's own times may count whole seconds, and an answer takes its time. */
const INEXACT_MS = 2000
/** Another clock than that of the upstream's events: the gateway's own, or that of a proxy which dated an answer. */
const SKEW_MS = 300_000

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
  takeWrite(account: string, write: OwnWrite): Promise<void>
  takeRead(account: string, sighting: Sighting): MaybePromise<void>
  /** An answer of the upstream was dated so, in milliseconds since the epoch. */
  takeDate(account: string, dateMs: number): void
  /** Whether events told of every change since that instant of the monotonic clock. */
  covers(account: string, since: number): boolean
  /** The worst of all accounts; `off` where there are none. */
  feedState(): FeedState | 'off'
  readonly follow: EventLog['follow']
  /** Whether nothing newer is known of its appointment. */
  isLatest(account: string, change: LoggedChange): boolean
}

export function createCoherence(options: CoherenceOptions): Coherence {
  const { accounts, shared, clock, silentMs, onFeedState } = options
  const { epochs, events } = shared
  const feeds = new Map<string, Health>(
    accounts.map((account) => [account, createHealth({ silentMs, clock, onChange: onFeedState })]),
  )
  const clocks = new Map<string, UpstreamClock>(
    accounts.map((account) => [account, createUpstreamClock(clock.monotonic)]),
  )

  const sightings = new LRUCache<string, Sighting>({ max: MAX_SIGHTINGS })

  // What another instance takes, or finds, counts here too.
  if (shared.notes.areShared)
    for (const [account, health] of feeds)
      events.watch(account, ({ source, now }) => {
        if (source === 'webhook') health.hear(undefined)
        if (source === 'reconciled') health.suspect(now.id)
      })

  /** Notes an entry; compares again where the last word is another by the time that the log takes it. */
  async function note(
    account: string,
    id: string,
    decide: (known: LastWord | undefined) => Promise<Noted | undefined>,
  ): Promise<'logged' | 'duplicate' | 'unavailable' | undefined> {
    for (;;) {
      const known = await events.lastWord(account, id)
      const noted = await decide(known)
      if (noted === undefined) return undefined
      const entry = { eventId: undefined, ...noted, appointmentId: id, expected: known?.mark }
      const appended = await events.append(account, entry)
      if (appended !== 'conflict') return appended
    }
  }

  /** Forgets, or patches, what the change may have changed. It comes before subscribers are told: what they read is new. */
  async function applyEvent(
    account: string,
    { now, before, createdAt }: AppointmentEvent,
    isLatest: boolean,
  ): Promise<void> {
    const since = isLatest ? clocks.get(account)?.sinceOf(createdAt, now) : undefined
    await epochs.advance(account, [pathOf(now.id)])
    await epochs.advance(account, [LISTS], { id: now.id, now, before, since })
  }

  function toldBy(upstreams: string | undefined): Told {
    return upstreams === undefined
      ? { toldAt: utcOf(clock.now()), toldWithinMs: SKEW_MS }
      : { toldAt: upstreams, toldWithinMs: INEXACT_MS }
  }

  function wordOf(change: Change, known: LastWord | undefined, told: Told): LastWord {
    const { updatedAt } = change.now
    const version =
      updatedAt == null ? { updatedAt: known?.updatedAt, isExact: false } : { updatedAt, isExact: true }
    return { ...change, ...version, ...told, mark: randomUUID(), notedAt: clock.monotonic() }
  }

  /** Subscribers read the appointment themselves: whichever of the two came first, what they read is not older. */
  function unclearOf(change: Change, known: LastWord | undefined): Change {
    return { ...change, now: { id: change.now.id }, before: known?.now }
  }

  async function takeEvent(account: string, event: AppointmentEvent): Promise<EventFate> {
    const { id: eventId, kind, createdAt: toldAt, now } = event
    // Whoever sends an event again proves nothing of the feed.
    if (await events.hasSeen(account, eventId)) return 'duplicate'
    feeds.get(account)?.hear(now.id)
    let order: Order | undefined
    const noted = await note(account, now.id, async (known) => {
      const last = known ?? seenWord(account, now.id)
      order = orderOfEvent({ now, before: event.before, toldAt }, last)
      // A write has made the gateway forget what it changed already.
      if (order === 'same' && known !== undefined)
        return { eventId, isNews: false, lastWord: toldAgain(known, now, toldAt) }
      await applyEvent(account, event, order === 'newer' || order === 'same')
      if (order === 'older' && last !== undefined) return { eventId, isNews: false, lastWord: last }
      if (known !== undefined && isGap(event, known.now)) await noticeLoss(account, now.id)
      const before = event.before === undefined ? known?.now : event.before
      const change: Change = { kind, source: 'webhook', occurredAt: toldAt, now, before }
      if (order !== 'unclear')
        return { eventId, isNews: true, lastWord: wordOf(change, known, { toldAt, toldWithinMs: 0 }) }
      // The later one of the two may be either.
      const told = { toldAt: latest(toldAt, last?.toldAt), toldWithinMs: SKEW_MS }
      return { eventId, isNews: true, lastWord: wordOf(unclearOf(change, last), last, told) }
    })
    if (noted !== 'logged') return noted ?? 'outdated'
    return order === 'same' ? 'echo' : order === 'older' ? 'outdated' : 'logged'
  }

  /** A change that no event told of: the lists that it changed are not known. */
  async function noticeLoss(account: string, id: string): Promise<void> {
    feeds.get(account)?.suspect(id)
    await epochs.advance(account, [LISTS])
  }

  /** Only what the request and the answer say is told: what was known before may be old. */
  async function takeWrite(account: string, write: OwnWrite): Promise<void> {
    const { kind, now, known: knownWhenSent, at } = write
    await note(account, now.id, async (known) => {
      const isFirst = known?.mark === knownWhenSent?.mark
      const order = isFirst || known === undefined ? 'newer' : orderOfWrite(now, known)
      if (order === 'same' || order === 'older') return undefined
      const before = kind === 'created' ? null : known?.now
      const occurredAt = at ?? utcOf(clock.now())
      const change: Change = { kind, source: 'gateway', occurredAt, now, before }
      const told = order === 'unclear' ? unclearOf(change, known) : change
      return { isNews: true, lastWord: wordOf(told, known, toldBy(at)) }
    })
  }

  async function takeRead(account: string, sighting: Sighting, earlier: Sighting | undefined): Promise<void> {
    const { shown } = sighting
    await note(account, shown.id, async (known) => {
      const meaning = meaningOf(sighting, known, earlier)
      if (meaning === 'nothing') return undefined
      const told = toldBy(shown.updatedAt ?? undefined)
      if (meaning === 'place' && known !== undefined)
        return {
          isNews: false,
          lastWord: wordOf({ ...known, source: 'reconciled', now: shown }, known, told),
        }
      await epochs.advance(account, [pathOf(shown.id)])
      await noticeLoss(account, shown.id)
      const change = changeSeen(sighting, known?.now ?? earlier?.shown)
      const read = meaning === 'unclear' ? unclearOf(change, known) : change
      return { isNews: true, lastWord: wordOf(read, known, told) }
    })
  }

  function changeSeen({ shown }: Sighting, before: PartialAppointment | undefined): Change {
    const occurredAt = shown.updatedAt ?? utcOf(clock.now())
    return { kind: 'reconciled', source: 'reconciled', occurredAt, now: shown, before }
  }

  /** What the latest read showed, as if it were the last word. */
  function seenWord(account: string, id: string): LastWord | undefined {
    const seen = sightings.get(`${account} ${id}`)
    return seen && wordOf(changeSeen(seen, undefined), undefined, toldBy(seen.shown.updatedAt ?? undefined))
  }

  return {
    hasEvents: (account) => feeds.has(account),
    lastWord: (account, id) => (feeds.has(account) ? events.lastWord(account, id) : undefined),
    takeEvent,
    async takeUnreadable(account) {
      feeds.get(account)?.hear(undefined)
      await epochs.advance(account, [LISTS])
    },
    takeOther(account, paths) {
      feeds.get(account)?.hear(undefined)
      return paths.length === 0 ? undefined : epochs.advance(account, paths)
    },
    takeWrite,
    takeRead(account, sighting) {
      const { id } = sighting.shown
      const key = `${account} ${id}`
      const earlier = sightings.get(key)
      // An answer that took its time is not the latest.
      if (earlier === undefined || earlier.askedAt <= sighting.askedAt) sightings.set(key, sighting)
      // As a rule there is nothing to note.
      const isNothing = meaningOf(sighting, events.knownHere(account, id), earlier) === 'nothing'
      return isNothing ? undefined : takeRead(account, sighting, earlier)
    },
    takeDate: (account, dateMs) => clocks.get(account)?.hear(dateMs),
    covers: (account, since) => shared.wasUpSince(since) && (feeds.get(account)?.covers(since) ?? false),
    feedState() {
      const states = [...feeds.values()].map((health) => health.state())
      return WORST_FIRST.find((state) => states.includes(state)) ?? 'off'
    },
    follow: events.follow,
    isLatest: (account, { mark, now }) => events.knownHere(account, now.id)?.mark === mark,
  }
}

const WORST_FIRST: readonly FeedState[] = ['contradicted', 'silent', 'waiting', 'healthy']
