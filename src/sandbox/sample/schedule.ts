import type { AppointmentType, Clinic, Clinician } from './clinic.ts'
import type { Random } from './random.ts'

/** An entry in a clinician's diary. Times are milliseconds since the epoch. */
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
 * Spreads `count` visits evenly over this week and the weeks around it: three before and three after, or more if the
 * visits need them. Visits are on weekdays from 09:00 to 12:45 and from 13:30 to 17:15 UTC, and no two visits of one
 * clinician overlap.
 */
export function schedule({ clinic, count, today, random }: ScheduleOptions): Visit[] {
  const sessionsAWeek = 5 * SESSIONS.length * clinic.clinicians.length
  const weeksAround = Math.max(WEEKS_AROUND, Math.ceil(count / sessionsAWeek / VISITS_A_SESSION / 2))
  const sessions: Session[] = sessionStarts(today, weeksAround).flatMap((start) =>
    clinic.clinicians.map((clinician) => ({ clinician, start })),
  )
  let scheduled = 0
  return sessions.flatMap((session, index) => {
    const due = Math.round((count * (index + 1)) / sessions.length)
    const types = Array.from({ length: due - scheduled }, () => random.pick(clinic.types))
    scheduled = due
    return fillSession(session, types, random)
  })
}

/** A morning or an afternoon of one clinician. */
interface Session {
  readonly clinician: Clinician
  readonly start: number
}

/** Leaves the unbooked minutes as gaps between the visits, in quarters of an hour. */
function fillSession(
  { clinician, start }: Session,
  types: readonly AppointmentType[],
  random: Random,
): Visit[] {
  let idle = SESSION_MINUTES - types.reduce((sum, { minutes }) => sum + minutes, 0)
  let cursor = start
  return types.map((type) => {
    const gap = random.integer(0, Math.floor(idle / QUARTER / 2)) * QUARTER
    idle -= gap
    const visitStart = cursor + gap * MINUTE_MS
    cursor = visitStart + type.minutes * MINUTE_MS
    return { clinician, type, start: visitStart, end: cursor }
  })
}

function sessionStarts(today: Date, weeksAround: number): number[] {
  const midnight = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate())
  const monday = midnight - ((today.getUTCDay() + 6) % 7) * DAY_MS
  return Array.from({ length: 2 * weeksAround + 1 }, (_, week) => monday + (week - weeksAround) * 7 * DAY_MS)
    .flatMap((weekStart) => [0, 1, 2, 3, 4].map((day) => weekStart + day * DAY_MS))
    .flatMap((day) => SESSIONS.map((minutes) => day + minutes * MINUTE_MS))
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const QUARTER = 15
/** The starts of morning and afternoon, in minutes after midnight. */
const SESSIONS = [9 * 60, 13.5 * 60]
const SESSION_MINUTES = 4 * 60 - 15
const WEEKS_AROUND = 3
/** Three visits of the longest type fit into a session. */
const VISITS_A_SESSION = 3
