import type { PartialAppointment } from '../../contract/field-names.ts'
import { utcOf } from '../../contract/instant.ts'
import type { AppointmentEvent } from '../../events/event.ts'
import { type Order, orderOf } from '../../events/order.ts'
import type { Change, ChangeKind, Entry, Following, LastWord, LoggedChange } from '../../shared/event-log.ts'
import type { MaybePromise } from '../../shared/maybe-promise.ts'
import type { Shared } from '../../shared/shared.ts'
import type { Clock } from '../clock.ts'
import { LISTS, pathOf } from '../pipe/epochs.ts'
import {
  isGap,
  latest,
  meaningOf,
  orderOfWrite,
  type Sighting,
  toldAgain,
  withoutUndefined,
} from './evidence.ts'
import { createHealth, type FeedState, type Health } from './health.ts'

/** What became of an event: told on, known already, older than what is known, or delivered before. */
export type EventFate = 'logged' | 'echo' | 'outdated' | 'duplicate'

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

interface Told {
  readonly toldAt: string | undefined
  readonly toldWithinMs: number
}

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
  /** An event that is of no appointment is a sign of life. */
  takeOther(account: string): void
  takeWrite(account: string, write: OwnWrite): Promise<void>
  /** `earlier` is the sighting before, for an appointment that nothing else is known of. */
  takeRead(account: string, sighting: Sighting, earlier: Sighting | undefined): MaybePromise<void>
  /** Whether events told of every change since that instant of the monotonic clock. */
  covers(account: string, since: number): boolean
  /** The worst of all accounts; `off` where there are none. */
  feedState(): FeedState | 'off'
  follow(
    account: string,
    after: string | undefined,
    onChange: (change: LoggedChange) => void,
  ): MaybePromise<Following | undefined>
}

export function createCoherence(options: CoherenceOptions): Coherence {
  const { accounts, shared, clock, silentMs, onFeedState } = options
  const { epochs, events } = shared
  const feeds = new Map<string, Health>(
    accounts.map((account) => [account, createHealth({ silentMs, clock, onChange: onFeedState })]),
  )

  /** Compares with what is known, and again where that has changed by the time the log takes the entry. */
  async function note(
    account: string,
    id: string,
    decide: (known: LastWord | undefined) => Promise<Omit<Entry, 'appointmentId' | 'expected'> | undefined>,
  ): Promise<'logged' | 'duplicate' | 'known'> {
    for (;;) {
      const expected = await events.lastWord(account, id)
      const entry = await decide(expected)
      if (entry === undefined) return 'known'
      const appended = await events.append(account, { appointmentId: id, expected, ...entry })
      if (appended !== 'conflict') return appended
    }
  }

  /** Forgets what the change may have changed. It comes before subscribers are told: what they read is new. */
  async function forget(account: string, { now, before }: Pick<Change, 'now' | 'before'>): Promise<void> {
    await epochs.advance(account, [pathOf(now.id)])
    await epochs.advance(account, [LISTS], { id: now.id, now, before })
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
    return { ...change, ...version, ...told, notedAt: clock.monotonic() }
  }

  /** Subscribers read the appointment themselves: whichever of the two came first, what they read is not older. */
  function withoutFields(change: Change): Change {
    return { ...change, now: { id: change.now.id }, before: undefined }
  }

  async function takeEvent(account: string, event: AppointmentEvent): Promise<EventFate> {
    const { id: eventId, kind, createdAt: toldAt, now } = event
    // Whoever sends an event again proves nothing of the feed.
    if (await events.hasSeen(account, eventId)) return 'duplicate'
    feeds.get(account)?.hear(now.id)
    let order = 'newer' as Order
    const noted = await note(account, now.id, async (known) => {
      order = known === undefined ? 'newer' : orderOf({ now, before: event.before, toldAt }, known)
      const before = event.before === undefined && order === 'newer' ? known?.now : event.before
      const change: Change = { kind, source: 'webhook', occurredAt: toldAt, now, before }
      if (order === 'same' && known !== undefined)
        return { eventId, isNews: false, lastWord: toldAgain(known, now, toldAt) }
      await forget(account, { now, before: event.before })
      if (order === 'older') return undefined
      if (order === 'newer' && known !== undefined && isGap(event.before, known.now))
        await noticeLoss(account, now.id)
      if (order !== 'unclear')
        return { eventId, isNews: true, lastWord: wordOf(change, known, { toldAt, toldWithinMs: 0 }) }
      // The later one of the two may be either.
      const told = { toldAt: latest(toldAt, known?.toldAt), toldWithinMs: SKEW_MS }
      return { eventId, isNews: true, lastWord: wordOf(withoutFields(change), known, told) }
    })
    if (noted === 'known') return 'outdated'
    return noted === 'duplicate' ? noted : order === 'same' ? 'echo' : 'logged'
  }

  /** A change that no event told of: the lists that it changed are not known. */
  async function noticeLoss(account: string, id: string): Promise<void> {
    feeds.get(account)?.suspect(id)
    await epochs.advance(account, [LISTS])
  }

  async function takeWrite(account: string, write: OwnWrite): Promise<void> {
    const { kind, now, known: knownWhenSent, at } = write
    await note(account, now.id, async (known) => {
      const isFirst = known === knownWhenSent
      const order = isFirst || known === undefined ? 'newer' : orderOfWrite(now, known)
      if (order === 'same' || order === 'older') return undefined
      const whole = isFirst && known !== undefined ? { ...known.now, ...withoutUndefined(now) } : now
      const before = kind === 'created' ? null : isFirst ? known?.now : undefined
      const occurredAt = at ?? utcOf(clock.now())
      const change: Change = { kind, source: 'gateway', occurredAt, now: whole, before }
      const shown = order === 'unclear' ? withoutFields(change) : change
      const word = wordOf(shown, known, toldBy(at))
      // What is filled in is of an earlier state, and so is its time.
      const isExact = now.updatedAt != null
      return { eventId: undefined, isNews: true, lastWord: { ...word, isExact } }
    })
  }

  async function takeRead(account: string, sighting: Sighting, earlier: Sighting | undefined): Promise<void> {
    const { shown } = sighting
    await note(account, shown.id, async (known) => {
      const meaning = meaningOf(sighting, known, earlier)
      if (meaning === 'nothing') return undefined
      const told = toldBy(shown.updatedAt ?? undefined)
      if (meaning === 'place' && known !== undefined)
        return { eventId: undefined, isNews: false, lastWord: wordOf({ ...known, now: shown }, known, told) }
      await epochs.advance(account, [pathOf(shown.id)])
      await noticeLoss(account, shown.id)
      const change: Change = {
        kind: 'reconciled',
        source: 'reconciled',
        occurredAt: shown.updatedAt ?? utcOf(clock.now()),
        now: shown,
        before: known?.now ?? earlier?.shown,
      }
      const read = meaning === 'unclear' ? withoutFields(change) : change
      return { eventId: undefined, isNews: true, lastWord: wordOf(read, known, told) }
    })
  }

  return {
    hasEvents: (account) => feeds.has(account),
    lastWord: (account, id) => (feeds.has(account) ? events.lastWord(account, id) : undefined),
    takeEvent,
    async takeUnreadable(account) {
      feeds.get(account)?.hear(undefined)
      await epochs.advance(account, [LISTS])
    },
    takeOther: (account) => feeds.get(account)?.hear(undefined),
    takeWrite,
    takeRead(account, sighting, earlier) {
      const known = events.lastWord(account, sighting.shown.id)
      const isNothing = !(known instanceof Promise) && meaningOf(sighting, known, earlier) === 'nothing'
      return isNothing ? undefined : takeRead(account, sighting, earlier)
    },
    covers: (account, since) => feeds.get(account)?.covers(since) ?? false,
    feedState() {
      const states = [...feeds.values()].map((health) => health.state())
      return WORST_FIRST.find((state) => states.includes(state)) ?? 'off'
    },
    follow: events.follow,
  }
}

const WORST_FIRST: readonly FeedState[] = ['contradicted', 'silent', 'waiting', 'healthy']
