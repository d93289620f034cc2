import type { Directory } from '../directory/directory.ts'
import { CLINICIAN, LOCATION } from '../directory/examples.ts'
import type { Clinic, Patient } from './clinic.ts'
import { createRandom, type Random } from './random.ts'
import type { SampleOptions } from './rows.ts'

/**
 * Adds the people and places of a clinic, and one inactive clinician, site and type. Their random generators are separate
 * from those of appointments, so that neither changes the other. All numbers and addresses are of reserved ranges.
 */
export function addPeople(
  { clinicians, locations, templates, patients }: Directory,
  clinic: Clinic,
  { organisation, ids }: SampleOptions,
): void {
  const random = createRandom(SEED)
  const closedSite = ids('loc', random.uuid())
  for (const [index, id] of [...clinic.sites, closedSite].entries())
    locations.insert(organisation, { ...siteOf(index), id })
  for (const [index, { id, location }] of [
    ...clinic.clinicians,
    { id: ids('cli', random.uuid()), location: closedSite },
  ].entries())
    clinicians.insert(organisation, { ...clinicianOf(index), id }, { location_id: location })
  for (const { id, title, minutes } of clinic.types)
    templates.insert(organisation, templateOf({ id, name: title, minutes, isActive: true }))
  const retired = { id: ids('type', random.uuid()), name: 'Acupuncture', minutes: 30, isActive: false }
  templates.insert(organisation, templateOf(retired))
  clinic.patients.forEach((patient, index) => {
    patients.insert(organisation, patientOf(patient, createRandom(SEED + 1 + index)))
  })
}

const SEED = 20_250_116
const SINCE = Date.parse('2024-01-15T10:30:00Z')
const TIMES = { created_at: SINCE, updated_at: SINCE }

const SITES = [
  { name: LOCATION.name, street: '12 Harbour Street', town: 'Whitstable', postcode: 'CT5 1AQ' },
  { name: 'Northgate Surgery', street: '4 Northgate', town: 'Canterbury', postcode: 'CT1 1BA' },
  { name: 'Old Mill Rooms', street: '1 Mill Lane', town: 'Faversham', postcode: 'ME13 7AA' },
] as const

function siteOf(index: number) {
  const { name, street, town, postcode } = SITES[index] ?? SITES[0]
  return {
    ...LOCATION,
    ...TIMES,
    name,
    address_line_1: street,
    town_city: town,
    postcode,
    phone: `01632 96010${index + 1}`,
    email: `${town.toLowerCase()}@example.com`,
    is_primary: index === 0 ? 1 : 0,
    is_active: index < 2 ? 1 : 0,
  }
}

const CLINICIANS = [
  { first: 'Maya', last: 'Lindqvist', title: 'Dr', role: 'Physiotherapist' },
  { first: 'Tobias', last: 'Achterberg', title: 'Mr', role: 'Physiotherapist' },
  { first: 'Ines', last: 'Carvalho', title: 'Ms', role: 'Sports Therapist' },
  { first: 'Declan', last: 'Rooney', title: 'Mr', role: 'Physiotherapist' },
  { first: 'Beatrix', last: 'Vance', title: 'Dr', role: 'Osteopath' },
] as const

function clinicianOf(index: number) {
  const { first, last, title, role } = CLINICIANS[index] ?? CLINICIANS[0]
  const isFormer = index === CLINICIANS.length - 1
  return {
    ...CLINICIAN,
    ...TIMES,
    name: `${first} ${last}`,
    display_name: `${title} ${first} ${last}`,
    first_name: first,
    last_name: last,
    title,
    role,
    email: `${first}.${last}@example.com`.toLowerCase(),
    bio: null,
    photo_url: null,
    registration_number: `PH10000${index + 1}`,
    is_active: isFormer ? 0 : 1,
    is_bookable_online: index < 3 ? 1 : 0,
  }
}

interface Template {
  readonly id: string
  readonly name: string
  readonly minutes: number
  readonly isActive: boolean
}

function templateOf({ id, name, minutes, isActive }: Template) {
  return { ...TIMES, id, name, description: null, duration_minutes: minutes, is_active: isActive ? 1 : 0 }
}

function patientOf({ id, firstName, lastName, email }: Patient, random: Random) {
  const { town, district } = random.pick<(typeof TOWNS)[number]>(TOWNS)
  return {
    ...TIMES,
    id,
    first_name: firstName,
    last_name: lastName,
    middle_name: null,
    preferred_name: null,
    title: null,
    date_of_birth: dateOfBirth(random),
    biological_sex: null,
    gender: null,
    nhs_number: nhsNumber(random),
    email,
    phone: null,
    mobile_phone: `07700 900${String(random.integer(0, 999)).padStart(3, '0')}`,
    address_line_1: `${random.integer(1, 120)} ${random.pick(STREETS)}`,
    address_line_2: null,
    address_line_3: null,
    town_city: town,
    postcode: `${district} ${random.integer(1, 9)}AA`,
    country: 'GB',
    status: 'active',
    is_deceased: 0,
  }
}

const TOWNS = [
  { town: 'Whitstable', district: 'CT5' },
  { town: 'Canterbury', district: 'CT1' },
  { town: 'Faversham', district: 'ME13' },
] as const
const STREETS = ['Quay Lane', 'Mill Road', 'Orchard Close', 'Station Road', 'Castle View'] as const

function dateOfBirth(random: Random): string {
  const day = Date.UTC(random.integer(1935, 2012), random.integer(0, 11), random.integer(1, 28))
  return new Date(day).toISOString().slice(0, 10)
}

/** A number of the range 999, which the NHS does not assign, with its check digit. */
function nhsNumber(random: Random): string {
  const digits = `999${String(random.integer(0, 999_999)).padStart(6, '0')}`
  const sum = [...digits].reduce((total, digit, index) => total + Number(digit) * (10 - index), 0)
  const check = (11 - (sum % 11)) % 11
  // No number has the check digit 10.
  return check === 10 ? nhsNumber(random) : `${digits}${check}`
}
