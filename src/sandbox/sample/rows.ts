import type { AppointmentStatus } from '../../contract/appointment.ts'
import type { Ids } from '../ids.ts'
import { truncateToSecond } from '../instants.ts'
import type { AppointmentRow } from '../storage/rows.ts'
import { type Clinic, createClinic, type Patient } from './clinic.ts'
import { createRandom, type Random } from './random.ts'
import { schedule, type Visit } from './schedule.ts'

export interface SampleOptions {
  /** The number of appointments. */
  readonly count: number
  readonly organisation: string
  readonly now: Date
  readonly ids: Ids
}

/** The people and places are the same on every day. */
export function sampleClinic({ count, ids }: Pick<SampleOptions, 'count' | 'ids'>): Clinic {
  return createClinic(createRandom(SEED), ids, count)
}

/**
 * The same count on the same day gives the same visits of the same people; only their statuses and the fields that depend
 * on a status vary with the time of day. Each row has its own generator, so that one status does not change the next row.
 */
export function sampleRows({ count, organisation, now, ids }: SampleOptions): AppointmentRow[] {
  const random = createRandom(SEED)
  const clinic = createClinic(random, ids, count)
  return schedule({ clinic, count, today: now, random }).map((visit, index) => {
    const rowRandom = createRandom(SEED + 1 + index)
    const patient = rowRandom.pick(clinic.patients)
    return toRow(visit, {
      id: ids('apt', rowRandom.uuid()),
      organisation,
      patient,
      now: truncateToSecond(now),
      random: rowRandom,
    })
  })
}

const SEED = 20_250_115

interface RowContext {
  readonly id: string
  readonly organisation: string
  readonly patient: Patient
  readonly now: number
  readonly random: Random
}

function toRow(visit: Visit, { id, organisation, patient, now, random }: RowContext): AppointmentRow {
  const { type, clinician, start, end } = visit
  const status = random.pick(end <= now ? PAST : start > now ? UPCOMING : CURRENT)
  const videoLink = type.remote === 'video' ? `https://video.example.com/${id}` : null
  const bookedAt = Math.min(start, now) - random.integer(1, 20 * 24 * 60) * MINUTE_MS
  return {
    id,
    organisation,
    patient_id: patient.id,
    clinician_profile_id: clinician.id,
    title: type.title,
    description: random.fraction() < 0.2 ? random.pick(DESCRIPTIONS) : null,
    start_time: start,
    end_time: end,
    status,
    appointment_type_id: type.id,
    location_id: type.remote ? null : clinician.location,
    is_remote: type.remote ? 1 : 0,
    remote_channel: type.remote ?? null,
    video_link: videoLink,
    video_provider: videoLink && 'example',
    attendee_email: patient.email,
    attendee_name: `${patient.firstName} ${patient.lastName}`,
    meeting_url: videoLink,
    attendance_status: status === 'completed' ? 'attended' : status === 'no_show' ? 'did_not_attend' : null,
    cancellation_reason: status === 'cancelled' ? random.pick(REASONS) : null,
    booking_source: 'api',
    episode_id: patient.episode,
    created_at: bookedAt,
    updated_at: lastChange(status, bookedAt, Math.min(end, now), random),
  }
}

/** A time between the booking and `latest`, which is the end of the visit or now, whichever is earlier. */
function lastChange(status: AppointmentStatus, bookedAt: number, latest: number, random: Random): number {
  if (status === 'completed' || status === 'no_show') return latest
  if (status === 'cancelled')
    return bookedAt + Math.floor(((latest - bookedAt) * random.fraction()) / 1000) * 1000
  return bookedAt
}

const MINUTE_MS = 60_000

/** The weight of a status is the number of times it is listed. */
const PAST = [
  ...(['completed', 'completed', 'completed', 'completed', 'completed', 'completed', 'completed'] as const),
  ...(['no_show', 'cancelled'] as const),
] as const
const CURRENT = ['confirmed'] as const
const UPCOMING = [
  ...(['confirmed', 'confirmed', 'confirmed', 'confirmed', 'scheduled', 'scheduled'] as const),
  ...(['pending', 'pending', 'pending_approval', 'cancelled'] as const),
] as const

const REASONS = ['Patient request', 'Clinician unavailable', 'Feeling better', 'Booked by mistake'] as const
const DESCRIPTIONS = [
  'Bring the referral letter.',
  'Wheelchair access needed.',
  'Please wear loose clothing.',
  'Interpreter booked.',
] as const
