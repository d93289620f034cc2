import type { AppointmentStatus } from './generated/graphql.ts'

/** An operation to send. If `hash` is defined, it may be sent in place of the text: the hash of a trusted document. */
export interface OperationRequest {
  readonly query: string
  readonly hash: string | undefined
  readonly variables: unknown
}

/** Every browser, proxy and firewall in use accepts a URL of this length. */
const MAX_URL_LENGTH = 2000

/**
 * The URL for a GET of this operation. Undefined if it needs a POST: it is not a query, its URL is too long, or its
 * variables may identify a person, and proxies write URLs to their logs.
 *
 * @param allowsAnyVariables whether the URL may contain any variables; undefined: only those without personal data
 */
export function buildGetUrl(
  url: string,
  operation: OperationRequest,
  allowsAnyVariables: boolean | undefined,
): string | undefined {
  const { query, hash, variables = null } = operation
  if (allowsAnyVariables === false || !/^[\s,\ufeff]*(query\b|\{)/.test(query)) return undefined
  const json = JSON.stringify(variables)
  if (!allowsAnyVariables && !hasNoPersonalData(JSON.parse(json))) return undefined
  const parameters = new URLSearchParams(
    hash === undefined ? { query } : { extensions: JSON.stringify(persistedQueryOf(hash).extensions) },
  )
  if (variables !== null) parameters.set('variables', json)
  const full = `${url}${url.includes('?') ? '&' : '?'}${parameters}`
  return full.length <= MAX_URL_LENGTH ? full : undefined
}

/** The parameters that Apollo's and urql's links send in place of a text. */
export function persistedQueryOf(sha256Hash: string) {
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

/** The names of time zones that the platform knows, listed at the first use. */
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

/** By the name of a variable or an input field. A date elsewhere may be a date of birth, and a number an id. */
const SAFE_VALUES_BY_KEY: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['first', isNumber],
  ['last', isNumber],
  ['day', isDate],
  ['gte', isDate],
  ['lte', isDate],
  ['timeZone', isTimeZone],
  ['status', isStatus],
])

/**
 * Whether a value consists of nulls, booleans, instants, and values that are safe below their key. Any other text or
 * number may be an id, a name, a date of birth or a cursor.
 *
 * @param value a JSON value
 * @param key the key of the value, or of the list that contains it
 */
function hasNoPersonalData(value: unknown, key = ''): boolean {
  if (Array.isArray(value)) return value.every((item) => hasNoPersonalData(item, key))
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).every(([name, item]) => hasNoPersonalData(item, name))
  if (value === null || typeof value === 'boolean') return true
  return (typeof value === 'string' && INSTANT.test(value)) || SAFE_VALUES_BY_KEY.get(key)?.(value) === true
}
