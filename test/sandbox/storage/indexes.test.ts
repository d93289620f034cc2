import { describe, expect, test } from 'vitest'
import { openDatabase } from '../../../src/sandbox/storage/database.ts'
import {
  indexStatements,
  type ListQuery,
  listStatement,
} from '../../../src/sandbox/storage/list-statement.ts'

const DAY = 24 * 3_600_000
const FILTERS: Record<string, Partial<ListQuery>> = {
  none: {},
  patient_id: { patient_id: 'pat_1' },
  clinician_id: { clinician_id: 'cli_1' },
  appointment_type_id: { appointment_type_id: 'type_1' },
  location_id: { location_id: 'loc_1' },
  status: { status: 'no_show' },
  status_in: { status_in: ['no_show', 'pending', 'cancelled'] },
  date_gte: { date_gte: 0 },
  date_lte: { date_lte: DAY },
  'date_gte and date_lte': { date_gte: 0, date_lte: DAY },
  'one day of open visits': { date_gte: 0, date_lte: DAY, status_in: ['pending', 'confirmed'] },
  'status and patient_id': { status: 'confirmed', patient_id: 'pat_1' },
  'status_in and clinician_id': { status_in: ['confirmed', 'pending'], clinician_id: 'cli_1', date_gte: 0 },
}

function plan(query: Partial<ListQuery>, order: Parameters<typeof listStatement>[2]): string {
  const database = openDatabase(':memory:')
  for (const sql of indexStatements(order)) database.exec(sql)
  const { sql, values } = listStatement('org_1', { limit: 20, offset: 0, ...query }, order)
  const steps = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values)
  database.close()
  return steps.map(({ detail }) => detail).join('\n')
}

describe.each(['start_asc', 'start_desc', 'created_desc'] as const)('in the order %s', (order) => {
  test.each(Object.entries(FILTERS))('the filter %s reads from an index', (_name, query) => {
    const steps = plan(query, order)
    expect(steps).toMatch(/SEARCH appointments USING INDEX/)
    expect(steps).not.toMatch(/SCAN appointments/)
  })
})

describe.each(['start_asc', 'start_desc'] as const)('in the order %s', (order) => {
  test.each(Object.entries(FILTERS))('the filter %s sorts nothing', (_name, query) => {
    expect(plan(query, order)).not.toMatch(/TEMP B-TREE/)
  })
})

test('Several statuses are one ordered select each, merged', () => {
  const steps = plan({ status_in: ['no_show', 'pending', 'cancelled'] }, 'start_asc')
  expect(steps.match(/USING INDEX appointments_by_status/g)).toHaveLength(3)
  expect(steps).toContain('MERGE (UNION ALL)')
})

test('The narrowest of several filters chooses the index', () => {
  expect(plan({ status: 'confirmed', patient_id: 'pat_1' }, 'start_asc')).toContain('by_patient_id')
  expect(plan({ location_id: 'loc_1', clinician_id: 'cli_1' }, 'start_asc')).toContain(
    'by_clinician_profile_id',
  )
})
