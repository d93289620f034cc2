import type { AppointmentTemplate, ClinicianProfile, Location, Patient } from '../../contract/directory.ts'
import { APPOINTMENT } from '../schema/examples.ts'

/** The entries that the example appointment refers to, for the OpenAPI document. */
export const CLINICIAN = {
  id: APPOINTMENT.clinician_profile_id,
  name: 'Maya Lindqvist',
  display_name: 'Dr Maya Lindqvist',
  first_name: 'Maya',
  last_name: 'Lindqvist',
  title: 'Dr',
  role: 'Physiotherapist',
  email: 'maya.lindqvist@example.com',
  bio: 'Treats sports injuries.',
  photo_url: 'https://clinic.example/photos/maya.jpg',
  qualifications: 'BSc (Hons) Physiotherapy, MCSP',
  registration_number: 'PH100001',
  professional_registration_body: 'Health and Care Professions Council',
  is_active: true,
  is_bookable_online: true,
  created_at: '2024-01-15T10:30:00Z',
  updated_at: '2024-01-15T10:30:00Z',
} satisfies ClinicianProfile

export const LOCATION = {
  id: APPOINTMENT.location_id,
  name: 'Harbour Street Clinic',
  address_line_1: '12 Harbour Street',
  address_line_2: null,
  address_line_3: null,
  town_city: 'Whitstable',
  postcode: 'CT5 1AQ',
  country: 'GB',
  phone: '01632 960101',
  email: 'harbour@example.com',
  lat: 51.36,
  lng: 1.02,
  timezone: 'Europe/London',
  opening_hours: 'Mon-Fri 09:00-17:30',
  is_primary: true,
  is_active: true,
  created_at: '2024-01-15T10:30:00Z',
  updated_at: '2024-01-15T10:30:00Z',
} satisfies Location

export const TEMPLATE = {
  id: APPOINTMENT.appointment_type_id,
  name: 'Follow-up Consultation',
  description: 'A second visit about the same complaint.',
  duration_minutes: 30,
  is_active: true,
  created_at: '2024-01-15T10:30:00Z',
  updated_at: '2024-01-15T10:30:00Z',
} satisfies AppointmentTemplate

export const PATIENT = {
  id: APPOINTMENT.patient_id,
  first_name: 'Sarah',
  last_name: 'Johnson',
  middle_name: null,
  preferred_name: null,
  title: 'Ms',
  date_of_birth: '1984-02-29',
  biological_sex: 'female',
  gender: 'female',
  nhs_number: '9990000018',
  email: 'sarah@example.com',
  phone: '01632 960201',
  mobile_phone: '07700 900123',
  address_line_1: '3 Quay Lane',
  address_line_2: null,
  address_line_3: null,
  town_city: 'Whitstable',
  postcode: 'CT5 1AB',
  country: 'GB',
  status: 'active',
  is_deceased: false,
  created_at: '2025-01-15T12:00:00Z',
  updated_at: '2025-01-15T12:00:00Z',
} satisfies Patient

/** The patient after an update. */
export const MOVED_PATIENT = {
  ...PATIENT,
  address_line_1: '8 Mill Road',
  updated_at: '2025-01-15T13:00:00Z',
} satisfies Patient
