import type { FeedFilter, FeedRow } from '../../loaders/feed.ts'
import { type Access, NO_ACCESS } from '../../rest/access.ts'
import { narrow, requireRead } from '../../rest/appointments/guard.ts'
import type { Clock } from '../../rest/clock.ts'
import type { Changes } from '../../rest/coherence/changes.ts'
import { notOwn, unauthenticated } from '../../rest/errors.ts'
import type { Operation } from '../../rest/pipe/pipe.ts'
import type { CalendarFeed, FeedRequest } from '../../schema/context.ts'
import { CalendarUnavailableError } from '../../schema/errors.ts'
import { answerRefusal } from '../errors.ts'
import type { ReportFault } from '../gateway-options.ts'
import type { Route } from '../http/routes.ts'
import { accountOfKey, type Identities, type Identity } from '../identity/identity.ts'
import type { RunningOperations } from '../limits/running.ts'
import type { ReportOperation } from '../observation/report.ts'
import { badRequest, noSuchCalendar } from '../refusals.ts'
import { createSymbolProperty } from '../symbol-property.ts'
import { createFeedCache, type FeedSnapshot } from './feed-cache.ts'
import { calendarRefusal } from './refusal.ts'
import { type FeedText, writeFeed } from './text.ts'
import { createGrants, type FeedGrant, type Grants } from './token.ts'

export interface CalendarOptions {
  /** The first encrypts new tokens, both decrypt: the second is the previous secret. Without any there are no feeds. */
  readonly secrets: readonly string[]
  /** The gateway's own key, with which feeds are read; null where there is none. */
  readonly key: string | null
  /** Base URL of the upstream. */
  readonly url: string
  readonly read: (filter: FeedFilter, operation: Operation) => Promise<readonly FeedRow[]>
  readonly changes: Changes
  readonly setIdentity: Identities['setIdentity']
  readonly operationOf: (request: Request) => Operation
  readonly runLimited: RunningOperations['runLimited']
  readonly clock: Clock
  readonly report: ReportOperation
  readonly reportFault: ReportFault
}

export interface Calendar {
  /** Throws where the gateway has no feeds, and where the caller may not read these appointments. */
  createFeed(request: FeedRequest, operation: Operation): CalendarFeed
  /** Serves the feeds; undefined where the gateway has none. */
  readonly route: Route | undefined
  /** The tag of the feed that answers a request, for `ETag`. Undefined where no feed does. */
  readonly tagOf: (request: Request) => string | undefined
  close(): Promise<void>
}

const PATH = /^\/calendar\/([^/]*)\.ics$/
const LIFETIME_MS = 180 * 86_400_000

/**
 * Serves the appointments of a clinician as a calendar that other programs subscribe to. The URL is the credential: its
 * token contains what the calendar may show. The gateway reads that with its own key, within the limits of any operation.
 */
export function createCalendar(options: CalendarOptions): Calendar {
  const { key, operationOf, setIdentity, runLimited, clock, report, reportFault } = options
  const feeds = feedsOf(options)
  const { hostname: host } = new URL(options.url)
  const feedCache = createFeedCache(options)
  const tags = createSymbolProperty<Request, string>('calendar tag')
  const texts = {
    busy: createSymbolProperty<FeedSnapshot, FeedText>('busy'),
    titles: createSymbolProperty<FeedSnapshot, FeedText>('titles'),
  }

  function textOf(snapshot: FeedSnapshot, show: FeedGrant['show']): FeedText {
    const { rows, readAt } = snapshot
    return texts[show].get(snapshot) ?? texts[show].set(snapshot, writeFeed(rows, { show, host, readAt }))
  }

  /** A client with a feed's URL reads with the rights of the feed's creator, and nothing but the feed. */
  function identityOf({ narrowing, clinicianId }: FeedGrant, account: string): Identity {
    const access: Access = { ...NO_ACCESS, mayRead: true, narrowing }
    const { patientId = '', clinicianId: own = '' } = narrowing
    const caller = `calendar ${clinicianId} ${patientId} ${own}`
    return { credential: `Bearer ${key}`, access, account, caller }
  }

  async function readFeed(request: Request, token: string, { grants, account }: Feeds): Promise<FeedText> {
    if (request.method !== 'GET')
      throw badRequest('A calendar is read by GET.', { status: 405, headers: { allow: 'GET' } })
    const grant = grants.open(token, clock.now())
    if (grant === undefined) throw noSuchCalendar()
    const identity = identityOf(grant, account)
    setIdentity(request, identity)
    return runLimited(identity.caller, async () =>
      textOf(await feedCache.get(grant.clinicianId, operationOf(request)), grant.show),
    )
  }

  function createRoute(feeds: Feeds): Route {
    return {
      path: PATH,
      async answer({ request, url, fetchAPI }) {
        const token = PATH.exec(url.pathname)?.[1] ?? ''
        const startedAt = clock.monotonic()
        let codes: string[] = []
        try {
          const { text, tag } = await readFeed(request, token, feeds)
          tags.set(request, tag)
          return new fetchAPI.Response(text, { headers: { 'content-type': 'text/calendar; charset=utf-8' } })
        } catch (error) {
          const refusal = calendarRefusal(error, clock.now(), reportFault)
          codes = [refusal.code]
          return answerRefusal(refusal, fetchAPI)
        } finally {
          report(operationOf(request), { definition: undefined, codes, startedAt, as: 'calendar' })
        }
      },
    }
  }

  return {
    createFeed({ clinicianId, show }, operation) {
      if (feeds === undefined) throw new CalendarUnavailableError(options.secrets.length === 0)
      if (operation.credential === null) throw unauthenticated()
      requireRead(operation)
      const { narrowing } = operation.access
      if (narrow({ clinicianId }, narrowing) === undefined) throw notOwn('clinician')
      const expiresAt = clock.now() + LIFETIME_MS
      const token = feeds.grants.seal({ narrowing, clinicianId, show, expiresAt })
      return { path: `/calendar/${token}.ics`, expiresAt: new Date(expiresAt).toISOString() }
    },
    route: feeds && createRoute(feeds),
    tagOf: tags.get,
    close: feedCache.close,
  }
}

interface Feeds {
  readonly grants: Grants
  readonly account: string
}

/** Undefined where the gateway has no feeds. */
function feedsOf({ secrets: [first, ...more], key }: CalendarOptions): Feeds | undefined {
  if (first === undefined || key === null) return undefined
  const account = accountOfKey(key)
  return { grants: createGrants({ secrets: [first, ...more], account }), account }
}
