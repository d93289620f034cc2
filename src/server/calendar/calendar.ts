import type { Plugin } from 'graphql-yoga'
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
import type { NodeContext } from '../http/node-handler.ts'
import { accountOfKey, type Identities, type Identity } from '../identity/identity.ts'
import type { RunningOperations } from '../limits/running.ts'
import type { ReportOperation } from '../observation/report.ts'
import { badRequest, noSuchCalendar } from '../refusals.ts'
import { createSymbolProperty } from '../symbol-property.ts'
import { createReadings, type Reading } from './readings.ts'
import { calendarRefusal } from './refusal.ts'
import { type FeedText, writeFeed } from './text.ts'
import { createGrants, type FeedGrant, type Grants } from './token.ts'

export interface CalendarOptions {
  /** The first seals; a second one is that of before. Without any there are no feeds. */
  readonly secrets: readonly string[]
  /** The gateway's own key, which feeds are read with; null where there is none. */
  readonly key: string | null
  /** Base URL of the upstream. */
  readonly url: string
  readonly read: (filter: FeedFilter, by: Operation) => Promise<readonly FeedRow[]>
  readonly changes: Changes
  readonly letIn: Identities['letIn']
  readonly operationOf: (request: Request) => Operation
  readonly runLimited: RunningOperations['runLimited']
  readonly clock: Clock
  readonly report: ReportOperation
  readonly reportFault: ReportFault
}

export interface Calendar {
  /** Throws where the gateway has no feeds, and where the caller may not read these appointments. */
  createFeed(request: FeedRequest, by: Operation): CalendarFeed
  readonly useCalendar: () => Plugin<object, NodeContext>
  /** Names the feed that answers a request. Undefined where none does. */
  readonly tagOf: (request: Request) => string | undefined
  close(): Promise<void>
}

const PATH = /^\/calendar\/([^/]*)\.ics$/
const LIFE_MS = 180 * 86_400_000

/**
 * The appointments of a clinician as a calendar that other programs subscribe to. Those send no credential: the URL is one.
 * It says what it may show, and the gateway reads that with its own key, through the same limits as any operation.
 */
export function createCalendar(options: CalendarOptions): Calendar {
  const { key, operationOf, letIn, runLimited, clock, report, reportFault } = options
  const feeds = feedsOf(options)
  const { hostname: host } = new URL(options.url)
  const readings = createReadings(options)
  const tags = createSymbolProperty<Request, string>('calendar tag')
  const texts = {
    busy: createSymbolProperty<Reading, FeedText>('busy'),
    titles: createSymbolProperty<Reading, FeedText>('titles'),
  }

  function textOf(reading: Reading, show: FeedGrant['show']): FeedText {
    const { rows, readAt } = reading
    return texts[show].get(reading) ?? texts[show].set(reading, writeFeed(rows, { show, host, readAt }))
  }

  /** Whoever holds a feed reads as its maker does, and no more than the feed. */
  function identityOf({ narrowing, clinicianId }: FeedGrant, account: string): Identity {
    const access: Access = { ...NO_ACCESS, mayRead: true, narrowing }
    const { patientId = '', clinicianId: own = '' } = narrowing
    const caller = `calendar ${clinicianId} ${patientId} ${own}`
    return { credential: `Bearer ${key}`, access, account, caller }
  }

  async function answer(request: Request, token: string, { grants, account }: Feeds): Promise<FeedText> {
    if (request.method !== 'GET')
      throw badRequest('A calendar is read by GET.', { status: 405, headers: { allow: 'GET' } })
    const grant = grants.open(token, clock.now())
    if (grant === undefined) throw noSuchCalendar()
    const identity = identityOf(grant, account)
    letIn(request, identity)
    return runLimited(identity.caller, async () =>
      textOf(await readings.of(grant.clinicianId, operationOf(request)), grant.show),
    )
  }

  function answering(feeds: Feeds): Plugin<object, NodeContext> {
    return {
      async onRequest({ request, url, fetchAPI, endResponse }) {
        const token = PATH.exec(url.pathname)?.[1]
        if (token === undefined) return
        const startedAt = clock.monotonic()
        let codes: string[] = []
        try {
          const { text, tag } = await answer(request, token, feeds)
          tags.set(request, tag)
          const headers = { 'content-type': 'text/calendar; charset=utf-8' }
          endResponse(new fetchAPI.Response(text, { headers }))
        } catch (error) {
          const refusal = calendarRefusal(error, clock.now(), reportFault)
          codes = [refusal.code]
          endResponse(answerRefusal(refusal, fetchAPI))
        }
        report(operationOf(request), { definition: undefined, codes, startedAt, as: 'calendar' })
      },
    }
  }

  return {
    createFeed({ clinicianId, show }, by) {
      if (feeds === undefined) throw new CalendarUnavailableError(options.secrets.length === 0)
      if (by.credential === null) throw unauthenticated()
      requireRead(by)
      const { narrowing } = by.access
      if (narrow({ clinicianId }, narrowing) === undefined) throw notOwn('clinician')
      const expiresAt = clock.now() + LIFE_MS
      const token = feeds.grants.seal({ narrowing, clinicianId, show, expiresAt })
      return { path: `/calendar/${token}.ics`, expiresAt: new Date(expiresAt).toISOString() }
    },
    useCalendar: () => (feeds === undefined ? {} : answering(feeds)),
    tagOf: tags.get,
    close: readings.close,
  }
}

interface Feeds {
  readonly grants: Grants
  readonly account: string
}

/** Undefined where there are none. */
function feedsOf({ secrets: [first, ...more], key }: CalendarOptions): Feeds | undefined {
  if (first === undefined || key === null) return undefined
  const account = accountOfKey(key)
  return { grants: createGrants({ secrets: [first, ...more], account }), account }
}
