import type { AppointmentType, Clinic, Clinician } from './clinic.ts'
import type { Random } from './random.ts'

/** A place in a clinician's diary. Milliseconds. */
export interface Visit {
  readonly clinician: Clinician
  readonly type: AppointmentType
  readonly start: number
  readonly end: number
}

export interface ScheduleOptions {
  readonly clinic: Clinic
  readonly count: number
  readonly today: Date
  readonly random: Random
}

/**
 * `count` visits on weekdays between 09:00 and 17:15 UTC, none between 12:45 and 13:30, as many before this week as
 * after it: three weeks to each side, or as many as they need. No two visits of one clinician overlap.
 */
export function schedule({ clinic, count, today, random }: ScheduleOptions): Visit[] {
  const sessionsAWeek = 5 * SESSIONS.length * clinic.clinicians.length
  const weeksAside = Math.max(WEEKS_ASIDE, Math.ceil(count / sessionsAWeek / VISITS_A_SESSION / 2))
  const sessions = sessionStarts(today, weeksAside).flatMap((start) =>
    clinic.clinicians.map((clinician) => ({ start, clinician })),
  )
  let made = 0
  return sessions.flatMap(({ start, clinician }, index) => {
    const due = Math.round((count * (index + 1)) / sessions.length)
    const visits = fillSession(start, clinician, due - made, clinic, random)
    made = due
    return visits
  })
}

/** Spreads the minutes that nobody booked between the visits, a quarter of an hour at a time. */
function fillSession(
  start: number,
  clinician: Clinician,
  visits: number,
  clinic: Clinic,
  random: Random,
): Visit[] {
  const types = Array.from({ length: visits }, () => random.one(clinic.types))
  let idle = SESSION_MINUTES - types.reduce((sum, { minutes }) => sum + minutes, 0)
  let cursor = start
  return types.map((type) => {
    const gap = random.between(0, Math.floor(idle / QUARTER / 2)) * QUARTER
    idle -= gap
    const visitStart = cursor + gap * MINUTE_MS
    cursor = visitStart + type.minutes * MINUTE_MS
    return { clinician, type, start: visitStart, end: cursor }
  })
}

function sessionStarts(today: Date, weeksAside: number): number[] {
  const midnight = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate())
  const monday = midnight - ((today.getUTCDay() + 6) % 7) * DAY_MS
  return Array.from({ length: 2 * weeksAside + 1 }, (_, week) => monday + (week - weeksAside) * 7 * DAY_MS)
    .flatMap((weekStart) => [0, 1, 2, 3, 4].map((day) => weekStart + day * DAY_MS))
    .flatMap((day) => SESSIONS.map((minutes) => day + minutes * MINUTE_MS))
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const QUARTER = 15
/** Morning and afternoon, in minutes from midnight. */
const SESSIONS = [9 * 60, 13.5 * 60]
const SESSION_MINUTES = 4 * 60 - 15
const WEEKS_ASIDE = 3
/** Three of the longest fit. */
const VISITS_A_SESSION = 3
