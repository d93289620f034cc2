import { subscribe } from '../support/stream.ts'
import type { Instances } from './instances.ts'

/** How pairs of bookings for one time ended, and what the costliest of them cost besides its create. */
export interface RaceReport {
  /** Of two, one has booked and one was refused because the time is taken. */
  readonly one: number
  readonly both: number
  readonly otherwise: number
  readonly mostExtraRequests: number
}

interface Answer {
  readonly end: 'booked' | 'taken' | 'other'
  readonly extra: number
}

const BOOK = `mutation ($input: CreateAppointmentInput!) {
  createAppointment(input: $input) { appointment { restId } } }`
/** Pairs that race beside each other. */
const AT_ONCE = 10
const DAY_MS = 86_400_000

export async function book({ at }: Instances, caller: number, slot: object): Promise<Answer> {
  const clinician = { clinicianId: 'cli_race', ifFree: ['CLINICIAN'] }
  const input = { title: 'Visit', status: 'SCHEDULED', ...clinician, ...slot }
  const { errors, headers } = await at(caller).query(BOOK, { input })
  const requests = Number(headers.get('x-upstream-requests'))
  if (errors === undefined) return { end: 'booked', extra: requests - 1 }
  return { end: errors[0]?.extensions.code === 'SLOT_TAKEN' ? 'taken' : 'other', extra: requests }
}

/** Each pair wants one hour of one clinician, each on another day. */
export async function race(instances: Instances, pairs: number): Promise<RaceReport> {
  const report = { one: 0, both: 0, otherwise: 0, mostExtraRequests: 0 }
  let next = 0
  async function raceOn(): Promise<void> {
    for (let nth = next++; nth < pairs; nth = next++) {
      const day = dayOf(nth)
      const first = { startTime: `${day}T10:00:00Z`, endTime: `${day}T11:00:00Z` }
      const second = { startTime: `${day}T10:30:00Z`, endTime: `${day}T11:30:00Z` }
      const answers = await Promise.all([
        book(instances, 2 * nth, first),
        book(instances, 2 * nth + 1, second),
      ])
      const ends = answers.map(({ end }) => end).join(' ')
      if (ends === 'booked booked') report.both += 1
      else if (ends.includes('booked') && ends.includes('taken')) report.one += 1
      else report.otherwise += 1
      report.mostExtraRequests = Math.max(report.mostExtraRequests, ...answers.map(({ extra }) => extra))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, raceOn))
  return report
}

/** Every other day, so that the search range of one booking contains no other pair. */
export function dayOf(nth: number): string {
  return new Date(Date.parse('2031-01-01') + nth * 2 * DAY_MS).toISOString().slice(0, 10)
}

/** Returns once each of the instances has published a change: its feed is healthy then. */
export async function feed({ gateways, upstream }: Instances): Promise<void> {
  for (const { url } of gateways) {
    await using stream = await subscribe(url, { query: 'subscription { appointmentChanged { sequence } }' })
    const past = { start_time: '2020-01-01T10:00:00.000Z', end_time: '2020-01-01T10:30:00.000Z' }
    await fetch(`${upstream.url}/_elsewhere`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ title: 'Visit', ...past }),
    })
    await stream.next()
  }
}
