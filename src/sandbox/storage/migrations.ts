import type { DatabaseSync } from 'node:sqlite'
import { transaction } from './transaction.ts'

/** Runs the migrations that the database has not seen. Throws if it comes from a later version of this program. */
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
  // `webhooks.events` is a JSON list. A delivery's id is never used twice, because one may be in flight when its row goes.
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
]
