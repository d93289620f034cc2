import type { Ids } from '../ids.ts'
import type { Random } from './random.ts'

export interface AppointmentType {
  readonly id: string
  readonly title: string
  readonly minutes: number
  readonly remote?: 'video' | 'phone'
}

export interface Patient {
  readonly id: string
  readonly firstName: string
  readonly lastName: string
  readonly email: string
  readonly episode: string | null
}

export interface Clinician {
  readonly id: string
  /** The id of the site where this clinician works. */
  readonly location: string
}

export interface Clinic {
  /** The ids of the sites. */
  readonly sites: readonly [main: string, second: string]
  readonly clinicians: readonly [Clinician, ...Clinician[]]
  readonly patients: readonly [Patient, ...Patient[]]
  readonly types: readonly [AppointmentType, ...AppointmentType[]]
}

/** A physiotherapy practice with two sites and one patient for every six appointments. */
export function createClinic(random: Random, ids: Ids, appointments: number): Clinic {
  const mainSite = ids('loc', random.uuid())
  const secondSite = ids('loc', random.uuid())
  const clinician = (location: string): Clinician => ({ id: ids('cli', random.uuid()), location })
  const type = (title: string, minutes: number, remote?: 'video' | 'phone'): AppointmentType => ({
    id: ids('type', random.uuid()),
    title,
    minutes,
    ...(remote && { remote }),
  })
  const patient = (): Patient => {
    const first = random.pick(FIRST_NAMES)
    const last = random.pick(LAST_NAMES)
    return {
      id: ids('pat', random.uuid()),
      firstName: first,
      lastName: last,
      // The number makes addresses unique where names repeat. The domain example.com is reserved, so it receives no mail.
      email: `${first}.${last}.${random.integer(1, 9_999)}@example.com`.toLowerCase(),
      episode: random.fraction() < 0.4 ? ids('epi', random.uuid()) : null,
    }
  }
  return {
    sites: [mainSite, secondSite],
    clinicians: [clinician(mainSite), clinician(mainSite), clinician(mainSite), clinician(secondSite)],
    types: [
      type('Initial Consultation', 60),
      type('Follow-up Consultation', 30),
      type('Physiotherapy Session', 45),
      type('Progress Review', 15),
      type('Video Consultation', 30, 'video'),
      type('Telephone Check-in', 15, 'phone'),
    ],
    patients: [patient(), ...Array.from({ length: Math.ceil(appointments / 6) }, patient)],
  }
}

const FIRST_NAMES = [
  'Sarah',
  'Amelia',
  'Priya',
  'Grace',
  'Fatima',
  'Chloe',
  'Niamh',
  'Zofia',
  'Ruth',
  'Adaeze',
  'Megan',
  'Hannah',
  'James',
  'Oliver',
  'Mohammed',
  'Daniel',
  'Arjun',
  'Callum',
  'Tomasz',
  'Kwame',
  'Peter',
  'Rhys',
  'Samuel',
  'George',
] as const

const LAST_NAMES = [
  'Johnson',
  'Patel',
  'Williams',
  'Taylor',
  'Khan',
  'Davies',
  'Evans',
  'Nowak',
  'Okafor',
  'Murphy',
  'Hughes',
  'Campbell',
  'Begum',
  'Clarke',
  'Wright',
  'Robinson',
  'Mensah',
  'Singh',
  'Ward',
  'Fletcher',
  'Doyle',
  'Bailey',
] as const
