/**
 * The objects that an appointment refers to, according to the REST API's pages on clinician profiles, locations,
 * appointment templates and patients. Not every page was found: a reader may rely on no field but the id.
 */

export interface ClinicianProfile {
  readonly id: string
  readonly name: string | null
  readonly display_name: string | null
  readonly first_name: string | null
  readonly last_name: string | null
  readonly title: string | null
  readonly role: string | null
  readonly email: string | null
  readonly bio: string | null
  readonly photo_url: string | null
  readonly qualifications: string | null
  readonly registration_number: string | null
  readonly professional_registration_body: string | null
  readonly is_active: boolean
  readonly is_bookable_online: boolean
  readonly created_at: string
  readonly updated_at: string
}

export interface Location {
  readonly id: string
  readonly name: string
  readonly address_line_1: string | null
  readonly address_line_2: string | null
  readonly address_line_3: string | null
  readonly town_city: string | null
  readonly postcode: string | null
  readonly country: string | null
  readonly phone: string | null
  readonly email: string | null
  readonly lat: number | null
  readonly lng: number | null
  /** An IANA name, such as `Europe/London`. */
  readonly timezone: string | null
  readonly opening_hours: string | null
  readonly is_primary: boolean
  readonly is_active: boolean
  readonly created_at: string
  readonly updated_at: string
}

/** The type of an appointment. */
export interface AppointmentTemplate {
  readonly id: string
  readonly name: string
  readonly description: string | null
  readonly duration_minutes: number | null
  readonly is_active: boolean
  readonly created_at: string
  readonly updated_at: string
}

export interface Patient {
  readonly id: string
  readonly first_name: string
  readonly last_name: string
  readonly middle_name: string | null
  readonly preferred_name: string | null
  readonly title: string | null
  /** `1980-02-29` */
  readonly date_of_birth: string | null
  readonly biological_sex: string | null
  readonly gender: string | null
  readonly nhs_number: string | null
  readonly email: string | null
  readonly phone: string | null
  readonly mobile_phone: string | null
  readonly address_line_1: string | null
  readonly address_line_2: string | null
  readonly address_line_3: string | null
  readonly town_city: string | null
  readonly postcode: string | null
  readonly country: string | null
  readonly status: string | null
  readonly is_deceased: boolean
  readonly created_at: string
  readonly updated_at: string
}

type Changeable = Omit<Patient, 'id' | 'created_at' | 'updated_at'>

/** The body of `POST /patients`. */
export type CreatePatientBody = Pick<Patient, 'first_name' | 'last_name'> & Partial<Changeable>

/** The body of `PATCH /patients/{id}`. */
export type UpdatePatientBody = Partial<Changeable>
