import { type ClinicClock, type GatewayError, hasCode } from '../client/index.ts'

/** An error as the desk shows it to a person. */
export interface Problem {
  readonly code: string
  readonly text: string
}

const NO_ANSWER = 'The record system does not answer.'
const ERROR_TEXTS: Readonly<Record<string, string>> = {
  UPSTREAM_TIMEOUT: NO_ANSWER,
  UPSTREAM_UNAVAILABLE: NO_ANSWER,
  UPSTREAM_INVALID_RESPONSE: 'The record system answers something that makes no sense.',
  UNAUTHENTICATED: 'Your key is missing, or no longer valid.',
  FORBIDDEN: 'You may not do this.',
  NOT_FOUND: 'The record system no longer has it.',
  OVERLOADED: 'The gateway has too much to do. Try again in a moment.',
  INTERNAL_SERVER_ERROR: 'Something is wrong with the gateway.',
}

/** @param error undefined where the gateway did not answer */
export function problemOf(error: GatewayError | undefined, clock: ClinicClock): Problem {
  if (error === undefined) return { code: 'NO_ANSWER', text: 'The gateway does not answer.' }
  const { code } = error.extensions
  if (hasCode(error, 'RATE_LIMITED')) {
    const { resetsAt } = error.extensions
    const until = resetsAt ? ` until ${clock.timeOf(Date.parse(resetsAt))}` : ''
    return { code, text: `This hour’s requests to the record system are used up${until}.` }
  }
  if (hasCode(error, 'INVALID_STATE_TRANSITION')) {
    const status = error.extensions.details.current_status.replace('_', ' ')
    return { code, text: `It is ${status} already.` }
  }
  const failed = 'status' in error.extensions && Number(error.extensions.status) >= 500
  return { code, text: ERROR_TEXTS[code] ?? (failed ? NO_ANSWER : error.message) }
}

export const STATUS: Readonly<Record<string, string>> = {
  PENDING_APPROVAL: 'To approve',
  PENDING: 'To confirm',
  CONFIRMED: 'Confirmed',
  SCHEDULED: 'Scheduled',
  CANCELLED: 'Cancelled',
  COMPLETED: 'Done',
  NO_SHOW: 'Did not come',
}

const LONG = { weekday: 'long', day: 'numeric', month: 'long' } as const

/** A day as a text, with the parts that the options name. */
export function nameOfDay(day: string, parts: Intl.DateTimeFormatOptions = LONG): string {
  return new Date(day).toLocaleDateString('en-GB', { timeZone: 'UTC', ...parts }).replace(',', '')
}

export function whenOf({ start }: { readonly start: number }, clock: ClinicClock): string {
  return `${nameOfDay(clock.dayOf(start))}, ${clock.timeOf(start)}`
}

type Person = Partial<Record<'displayName' | 'name' | 'firstName' | 'lastName', string | null>>

export function nameOf({ displayName, name, firstName, lastName }: Person): string {
  return displayName ?? name ?? [firstName, lastName].filter(Boolean).join(' ')
}

export function ageOf(since: string, now: number): string {
  const minutes = Math.max(0, Math.round((now - Date.parse(since)) / 60_000))
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
