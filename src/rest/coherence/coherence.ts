import type { PartialAppointment } from '../../contract/field-names.ts'
import { utcOf } from '../../contract/instant.ts'
import type { AppointmentEvent } from '../../events/event.ts'
import { isBefore } from '../../events/filter.ts'
import { differ, type Order, orderOf } from '../../events/order.ts'
import type { Change, ChangeKind, Entry, Following, LastWord, LoggedChange } from '../../shared/event-log.ts'
import type { MaybePromise } from '../../shared/maybe-promise.ts'
import type { Shared } from '../../shared/shared.ts'
import type { Clock } from '../clock.ts'
import { LISTS, pathOf } from '../pipe/epochs.ts'
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

/** What a read that reached the upstream shows of an appointment. */
export interface Sighting {
  readonly shown: PartialAppointment
  /** When the read was sent, on the monotonic clock. */
  readonly askedAt: number
  /** When it was answered by the upstream's clock, in milliseconds since the epoch; undefined where that is not known. */
  readonly dateMs: number | undefined
}

interface Told {
  readonly toldAt: string | undefined
  readonly toldWithinMs: number
}

/** `updated_at` and `Date` may count whole seconds, and an answer takes its time. */
const INEXACT_MS = 2000

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
  takeRead(account: string, sighting: Sighting): MaybePromise<void>
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
      const shown = order === 'unclear' ? withoutFields(change) : change
      return { eventId, isNews: true, lastWord: wordOf(shown, known, { toldAt, toldWithinMs: 0 }) }
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
      const word = wordOf(shown, known, { toldAt: at, toldWithinMs: INEXACT_MS })
      // What is filled in is of an earlier state, and so is its time.
      const isExact = now.updatedAt != null
      return { eventId: undefined, isNews: true, lastWord: { ...word, isExact } }
    })
  }

  async function takeRead(account: string, { shown, askedAt, dateMs }: Sighting): Promise<void> {
    const at = shown.updatedAt ?? (dateMs === undefined ? undefined : utcOf(dateMs))
    await note(account, shown.id, async (known) => {
      if (known === undefined || !contradicts(shown, known, askedAt)) return undefined
      await epochs.advance(account, [pathOf(shown.id)])
      await noticeLoss(account, shown.id)
      const change: Change = {
        kind: 'reconciled',
        source: 'reconciled',
        occurredAt: at ?? utcOf(clock.now()),
        now: shown,
        before: known.now,
      }
      const told = { toldAt: at, toldWithinMs: INEXACT_MS }
      return { eventId: undefined, isNews: true, lastWord: wordOf(change, known, told) }
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
    takeRead(account, sighting) {
      const { shown, askedAt } = sighting
      const known = feeds.has(account) ? events.lastWord(account, shown.id) : undefined
      if (known === undefined) return
      if (!(known instanceof Promise) && !contradicts(shown, known, askedAt)) return
      return takeRead(account, sighting)
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

/** The last word stays, and its version is known better. */
function toldAgain(known: LastWord, { updatedAt }: PartialAppointment, toldAt: string): LastWord {
  const isLater = known.toldAt === undefined || isBefore(known.toldAt, toldAt) || known.toldWithinMs > 0
  const told = isLater ? { toldAt, toldWithinMs: 0 } : {}
  return updatedAt == null ? { ...known, ...told } : { ...known, ...told, updatedAt, isExact: true }
}

/** The event tells of an earlier state than the one that is known: another change lies between. */
function isGap(before: PartialAppointment | null | undefined, known: PartialAppointment): boolean {
  return before != null && differ(before, known)
}

/** What the gateway wrote, beside what came while the write was on its way: its own event, as a rule. */
function orderOfWrite(now: PartialAppointment, known: LastWord): Order {
  if (!differ(now, known.now)) return 'same'
  return orderOf({ now, before: undefined, toldAt: undefined }, known)
}

/** A read that began after the last word was known, and shows another state that is not an older one. */
function contradicts(shown: PartialAppointment, known: LastWord, askedAt: number): boolean {
  if (askedAt < known.notedAt) return false
  const { updatedAt } = shown
  if (updatedAt != null && known.updatedAt !== undefined) {
    if (isBefore(updatedAt, known.updatedAt)) return false
    if (known.isExact && isBefore(known.updatedAt, updatedAt)) return true
  }
  return differ(shown, known.now)
}

function withoutUndefined(fields: PartialAppointment): PartialAppointment {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as unknown as PartialAppointment
}
