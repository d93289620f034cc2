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
  const json = JSON.stringify(variables)
  if (!mayHoldAll && !namesNobody(JSON.parse(json))) return undefined
  const parameters = new URLSearchParams(
    hash === undefined ? { query } : { extensions: JSON.stringify(byHash(hash).extensions) },
  )
  if (variables !== null) parameters.set('variables', json)
  const full = `${url}${url.includes('?') ? '&' : '?'}${parameters}`
  return full.length <= MAX_URL_LENGTH ? full : undefined
}

/** As Apollo's and urql's links send it. */
export function byHash(sha256Hash: string) {
  return { extensions: { persistedQuery: { version: 1, sha256Hash } } }
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

const DATE = /^\d{4}-\d{2}-\d{2}$/
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/

/** By their names, of which the platform has a list: no other text with a stroke in it is one. */
let timeZones: ReadonlySet<string> | undefined

function isTimeZone(text: unknown): boolean {
  timeZones ??= new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])
  return typeof text === 'string' && timeZones.has(text)
}

function isDate(text: unknown): boolean {
  return typeof text === 'string' && DATE.test(text)
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number'
}

function isStatus(text: unknown): boolean {
  return typeof text === 'string' && Object.hasOwn(STATUSES, text)
}

/** By the names of variables and of input fields: a date elsewhere may be one of birth, and a number an id. */
const HARMLESS_BELOW: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['first', isNumber],
  ['last', isNumber],
  ['day', isDate],
  ['gte', isDate],
  ['lte', isDate],
  ['timeZone', isTimeZone],
  ['status', isStatus],
])

/**
 * Holds nothing but truth values, instants, and what is harmless below its key. Any other text or number may be an id, a
 * name, a date of birth or a cursor.
 *
 * @param value as JSON has it
 * @param key of the object that holds it, or holds its list
 */
function namesNobody(value: unknown, key = ''): boolean {
  if (Array.isArray(value)) return value.every((item) => namesNobody(item, key))
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).every(([name, item]) => namesNobody(item, name))
  if (value === null || typeof value === 'boolean') return true
  return (typeof value === 'string' && INSTANT.test(value)) || HARMLESS_BELOW.get(key)?.(value) === true
}
