import type { AppointmentStatus } from './generated/graphql.ts'

/** A query as it goes into a URL: a text, or the hash of a trusted document. */
export interface Asked {
  readonly query: string
  readonly hash: string | undefined
  readonly variables: unknown
}

/** Every browser, proxy and firewall in use takes a URL of this length. */
const MAX_URL_LENGTH = 2000

/**
 * The URL that asks this by GET. Undefined where it goes by POST: it is no query, or too long, or its variables may name
 * somebody, and proxies write URLs to their logs.
 *
 * @param mayHoldAll the URL may hold any variables; undefined: only those that name nobody
 */
export function urlOf(url: string, asked: Asked, mayHoldAll: boolean | undefined): string | undefined {
  const { query, hash, variables = null } = asked
  if (mayHoldAll === false || !/^[\s,\ufeff]*(query\b|\{)/.test(query)) return undefined
  if (!mayHoldAll && !namesNobody(variables)) return undefined
  const parameters = new URLSearchParams(hash === undefined ? { query } : { extensions: byHash(hash) })
  if (variables !== null) parameters.set('variables', JSON.stringify(variables))
  const full = `${url}${url.includes('?') ? '&' : '?'}${parameters}`
  return full.length <= MAX_URL_LENGTH ? full : undefined
}

/** As Apollo's and urql's links send it. */
function byHash(sha256Hash: string): string {
  return JSON.stringify({ persistedQuery: { version: 1, sha256Hash } })
}

const STATUSES: Readonly<Record<AppointmentStatus, true>> = {
  PENDING_APPROVAL: true,
  PENDING: true,
  CONFIRMED: true,
  SCHEDULED: true,
  CANCELLED: true,
  COMPLETED: true,
  NO_SHOW: true,
}

const DATE_OR_INSTANT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/

/** By their names, of which the platform has a list: no other text with a stroke in it is one. */
let timeZones: ReadonlySet<string> | undefined

function isTimeZone(text: string): boolean {
  timeZones ??= new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])
  return timeZones.has(text)
}

/** Holds numbers, truth values, instants, time zones and statuses only. Any other text may be an id, a name or a cursor. */
function namesNobody(value: unknown): boolean {
  if (typeof value === 'string')
    return DATE_OR_INSTANT.test(value) || Object.hasOwn(STATUSES, value) || isTimeZone(value)
  if (typeof value === 'object' && value !== null) return Object.values(value).every(namesNobody)
  return true
}
