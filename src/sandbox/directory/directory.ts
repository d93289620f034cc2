import type { DatabaseSync } from 'node:sqlite'
import type { AppointmentTemplate, ClinicianProfile, Location, Patient } from '../../contract/directory.ts'
import { createTable, type Table } from './table.ts'

export type Entry = ClinicianProfile | Location | AppointmentTemplate | Patient

/** The people and places that appointments refer to by id. */
export interface Directory {
  readonly clinicians: Table<ClinicianProfile>
  readonly locations: Table<Location>
  readonly templates: Table<AppointmentTemplate>
  readonly patients: Table<Patient>
}

/** A person or place before and after a write. */
export interface EntryChange {
  readonly organisation: string
  readonly table: keyof Directory
  /** Null for a new entry. */
  readonly before: Entry | null
  readonly after: Entry
}

/** @param onChange called with each change, inside its transaction: if it throws, the change does not happen */
export function createDirectory(
  database: DatabaseSync,
  onChange: (change: EntryChange) => void = () => {},
): Directory {
  return {
    clinicians: createTable<ClinicianProfile>(database, {
      onChange: (change) => onChange({ table: 'clinicians', ...change }),
      name: 'clinicians',
      fields: {
        id: 'text',
        name: 'text',
        display_name: 'text',
        first_name: 'text',
        last_name: 'text',
        title: 'text',
        role: 'text',
        email: 'text',
        bio: 'text',
        photo_url: 'text',
        qualifications: 'text',
        registration_number: 'text',
        professional_registration_body: 'text',
        is_active: 'flag',
        is_bookable_online: 'flag',
        created_at: 'instant',
        updated_at: 'instant',
      },
      searched: ['name', 'display_name', 'first_name', 'last_name', 'role', 'email'],
    }),
    locations: createTable<Location>(database, {
      onChange: (change) => onChange({ table: 'locations', ...change }),
      name: 'locations',
      fields: {
        id: 'text',
        name: 'text',
        address_line_1: 'text',
        address_line_2: 'text',
        address_line_3: 'text',
        town_city: 'text',
        postcode: 'text',
        country: 'text',
        phone: 'text',
        email: 'text',
        lat: 'number',
        lng: 'number',
        timezone: 'text',
        opening_hours: 'text',
        is_primary: 'flag',
        is_active: 'flag',
        created_at: 'instant',
        updated_at: 'instant',
      },
      searched: ['name', 'address_line_1', 'town_city', 'postcode'],
    }),
    templates: createTable<AppointmentTemplate>(database, {
      onChange: (change) => onChange({ table: 'templates', ...change }),
      name: 'templates',
      fields: {
        id: 'text',
        name: 'text',
        description: 'text',
        duration_minutes: 'number',
        is_active: 'flag',
        created_at: 'instant',
        updated_at: 'instant',
      },
      searched: ['name'],
    }),
    patients: createTable<Patient>(database, {
      onChange: (change) => onChange({ table: 'patients', ...change }),
      name: 'patients',
      fields: {
        id: 'text',
        first_name: 'text',
        last_name: 'text',
        middle_name: 'text',
        preferred_name: 'text',
        title: 'text',
        date_of_birth: 'text',
        biological_sex: 'text',
        gender: 'text',
        nhs_number: 'text',
        email: 'text',
        phone: 'text',
        mobile_phone: 'text',
        address_line_1: 'text',
        address_line_2: 'text',
        address_line_3: 'text',
        town_city: 'text',
        postcode: 'text',
        country: 'text',
        status: 'text',
        is_deceased: 'flag',
        created_at: 'instant',
        updated_at: 'instant',
      },
      searched: [
        'first_name',
        'middle_name',
        'last_name',
        'preferred_name',
        'email',
        'phone',
        'mobile_phone',
        'nhs_number',
      ],
    }),
  }
}
