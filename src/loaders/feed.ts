import type { AppointmentFilter } from '../contract/field-names.ts'
import { utcOf } from '../contract/instant.ts'
import type { AppointmentRow } from '../rest/appointments/row.ts'
import type { LoaderOptions } from './appointments.ts'
import { createAppointmentLists } from './lists/appointment-lists.ts'
import { createConnections } from './lists/connection.ts'
import { pageLimits } from './loaders.ts'
import { createMemory } from './memory.ts'

/** The fields of an appointment in a calendar feed. Instants are RFC 3339 in UTC. */
export interface FeedRow {
  readonly id: string
  readonly startTime: string
  /** null where it is not known. */
  readonly endTime: string | null
  readonly status: 'tentative' | 'confirmed' | 'cancelled'
  /** null where there is no readable title. */
  readonly title: string | null
  /** null where the rows of the upstream's lists do not contain it. */
  readonly updatedAt: string | null
}

export type FeedFilter = AppointmentFilter

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const DAYS_BACK = 14
const DAYS_AHEAD = 60

/** The maximum length of a feed: 67 appointments a day. */
const MAX_ROWS = 5000

/** A feed is not part of a GraphQL response. */
const NOWHERE = { path: { prev: undefined, key: 'calendar' } }

/** The appointments of a clinician's feed: 14 days back and 60 ahead, in steps of an hour. `now` is in milliseconds. */
export function filterOfFeed(clinicianId: string, now: number): FeedFilter {
  const hour = now - (now % HOUR_MS)
  return {
    clinicianId,
    startsFrom: utcOf(hour - DAYS_BACK * DAY_MS),
    startsTo: utcOf(hour + DAYS_AHEAD * DAY_MS),
  }
}

/** Reads the rows of a feed: one upstream request for each 100 of them. A row that can't be read or has no start is left out. */
export async function readFeed(
  filter: FeedFilter,
  { appointments, listMemory, by }: Pick<LoaderOptions, 'appointments' | 'listMemory' | 'by'>,
): Promise<readonly FeedRow[]> {
  const memory = createMemory()
  const limits = pageLimits(MAX_ROWS)
  const selection = { rows: true, pageInfo: false, totalCount: false }
  const source = createAppointmentLists({ appointments, listMemory, by, memory })
  const connections = createConnections({ source, listMemory, by, limits })
  const { edges } = await connections.read({ filter, args: { first: MAX_ROWS }, selection }, NOWHERE)
  return edges.flatMap(({ node }) => rowOf(memory.row(node.restId)) ?? [])
}

function rowOf(row: AppointmentRow | undefined): FeedRow | undefined {
  const startTime = textOf(row?.startTime)
  if (row === undefined || startTime === null) return undefined
  return {
    id: row.id,
    startTime,
    endTime: textOf(row.endTime),
    status: statusOf(row.status),
    title: textOf(row.title),
    updatedAt: textOf(row.updatedAt),
  }
}

/** In place of a field that can't be read, a row has an error. */
function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/** A missed appointment (`no_show`) still occupies its time. */
function statusOf(status: AppointmentRow['status']): FeedRow['status'] {
  if (status === 'cancelled') return 'cancelled'
  return status === 'pending' || status === 'pending_approval' ? 'tentative' : 'confirmed'
}
