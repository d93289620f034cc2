import type { DatabaseSync } from 'node:sqlite'
import { transaction } from './transaction.ts'

/** Runs the migrations that the database has not run. Throws if it is of a later version of this program. */
export function migrate(database: DatabaseSync): void {
  transaction(database, () => {
    const found = schemaVersion(database)
    if (found > MIGRATIONS.length) {
      throw new Error(
        `The database is of version ${found}; this program knows versions up to ${MIGRATIONS.length}`,
      )
    }
    for (const sql of MIGRATIONS.slice(found)) database.exec(sql)
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`)
  })
}

function schemaVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version)
}

/** Append only, because existing files have run the earlier ones. Instants are milliseconds since the epoch. */
const MIGRATIONS = [
  `CREATE TABLE appointments (
     id TEXT PRIMARY KEY,
     organisation TEXT NOT NULL,
     patient_id TEXT,
     clinician_profile_id TEXT,
     title TEXT NOT NULL,
     description TEXT,
     start_time INTEGER NOT NULL,
     end_time INTEGER NOT NULL,
     status TEXT NOT NULL,
     appointment_type_id TEXT,
     location_id TEXT,
     is_remote INTEGER NOT NULL,
     remote_channel TEXT,
     video_link TEXT,
     video_provider TEXT,
     attendee_email TEXT,
     attendee_name TEXT,
     meeting_url TEXT,
     attendance_status TEXT,
     cancellation_reason TEXT,
     booking_source TEXT,
     episode_id TEXT,
     created_at INTEGER NOT NULL,
     updated_at INTEGER NOT NULL,
     CHECK (end_time > start_time)
   ) STRICT`,
  `CREATE TABLE idempotency (
     organisation TEXT NOT NULL,
     key TEXT NOT NULL,
     endpoint TEXT NOT NULL,
     fingerprint TEXT NOT NULL,
     answer TEXT NOT NULL,
     answered_at INTEGER NOT NULL,
     PRIMARY KEY (organisation, key, endpoint)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX idempotency_by_age ON idempotency (answered_at)`,
  // `webhooks.events` is a JSON list. Ids of deliveries are not reused, because a deleted one may be in flight.
  `CREATE TABLE webhooks (
     position INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     organisation TEXT NOT NULL,
     url TEXT NOT NULL,
     secret TEXT NOT NULL,
     events TEXT NOT NULL,
     is_active INTEGER NOT NULL,
     description TEXT,
     created_at INTEGER NOT NULL,
     updated_at INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX webhooks_by_organisation ON webhooks (organisation);
   CREATE TABLE deliveries (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
     lane TEXT NOT NULL,
     event_id TEXT NOT NULL,
     body TEXT NOT NULL,
     tries INTEGER NOT NULL,
     due_at INTEGER NOT NULL,
     headers TEXT
   ) STRICT;
   CREATE INDEX deliveries_by_lane ON deliveries (lane, due_at);
   CREATE INDEX deliveries_by_webhook ON deliveries (webhook_id)`,
  // `location_id` is where a clinician works: lists filter by it, but the object does not have it.
  `CREATE TABLE clinicians (
     id TEXT PRIMARY KEY,
     organisation TEXT NOT NULL,
     location_id TEXT,
     name TEXT,
     display_name TEXT,
     first_name TEXT,
     last_name TEXT,
     title TEXT,
     role TEXT,
     email TEXT,
     bio TEXT,
     photo_url TEXT,
     qualifications TEXT,
     registration_number TEXT,
     professional_registration_body TEXT,
     is_active INTEGER NOT NULL,
     is_bookable_online INTEGER NOT NULL,
     created_at INTEGER NOT NULL,
     updated_at INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE locations (
     id TEXT PRIMARY KEY,
     organisation TEXT NOT NULL,
     name TEXT NOT NULL,
     address_line_1 TEXT,
     address_line_2 TEXT,
     address_line_3 TEXT,
     town_city TEXT,
     postcode TEXT,
     country TEXT,
     phone TEXT,
     email TEXT,
     lat REAL,
     lng REAL,
     timezone TEXT,
     opening_hours TEXT,
     is_primary INTEGER NOT NULL,
     is_active INTEGER NOT NULL,
     created_at INTEGER NOT NULL,
     updated_at INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE templates (
     id TEXT PRIMARY KEY,
     organisation TEXT NOT NULL,
     name TEXT NOT NULL,
     description TEXT,
     duration_minutes INTEGER,
     is_active INTEGER NOT NULL,
     created_at INTEGER NOT NULL,
     updated_at INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE patients (
     id TEXT PRIMARY KEY,
     organisation TEXT NOT NULL,
     first_name TEXT NOT NULL,
     last_name TEXT NOT NULL,
     middle_name TEXT,
     preferred_name TEXT,
     title TEXT,
     date_of_birth TEXT,
     biological_sex TEXT,
     gender TEXT,
     nhs_number TEXT,
     email TEXT,
     phone TEXT,
     mobile_phone TEXT,
     address_line_1 TEXT,
     address_line_2 TEXT,
     address_line_3 TEXT,
     town_city TEXT,
     postcode TEXT,
     country TEXT,
     status TEXT,
     is_deceased INTEGER NOT NULL,
     created_at INTEGER NOT NULL,
     updated_at INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX clinicians_in_order ON clinicians (organisation, created_at, id);
   CREATE INDEX locations_in_order ON locations (organisation, created_at, id);
   CREATE INDEX templates_in_order ON templates (organisation, created_at, id);
   CREATE INDEX patients_in_order ON patients (organisation, created_at, id)`,
]
