import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AppointmentFilter, FieldName, PartialAppointment } from '../../src/contract/field-names.ts'
import { FIELDS_OF_EVENT, FIELDS_OF_SUMMARY } from '../../src/contract/field-names.ts'
import { utcOf } from '../../src/contract/instant.ts'
import { matches } from '../../src/events/filter.ts'
import { isInOrder, LIST_ORDERS, type ListOrder } from '../../src/events/list-order.ts'
import { type ListChange, patch, type WholeList } from '../../src/events/patch.ts'

const NOON = Date.parse('2026-01-05T12:00:00Z')
const LIMIT = 8

/** All that the upstream has of an appointment. */
type State = Required<PartialAppointment>

const state = fc.record({
  patientId: fc.constantFrom('p', 'q', null),
  clinicianId: fc.constantFrom('c', 'd'),
  status: fc.constantFrom('confirmed' as const, 'cancelled' as const),
  title: fc.constantFrom('A', 'B', 'C'),
  // Few hours, so that many begin at the same time.
  startTime: fc
    .integer({ min: 9, max: 13 })
    .map((hour) => `2026-01-05T${String(hour).padStart(2, '0')}:00:00Z`),
})
const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g')
const filter: fc.Arbitrary<AppointmentFilter> = fc.constantFrom(
  {},
  { patientId: 'p' },
  { clinicianId: 'c' },
  { statuses: ['confirmed' as const] },
  { startsFrom: '2026-01-05T10:00:00Z', startsTo: '2026-01-05T12:00:00Z' },
)
/** An order that the gateway does not know. */
const byTitle: ListOrder = (a, b) => (`${a.title} ${a.id}` < `${b.title} ${b.id}` ? -1 : 1)

const world = fc.record({
  rows: fc.uniqueArray(fc.tuple(id, state), { selector: ([each]) => each, minLength: 5, maxLength: 7 }),
  filter,
  order: fc.constantFrom(...LIST_ORDERS, byTitle),
  listShows: fc.constantFrom<readonly FieldName[]>(FIELDS_OF_SUMMARY, FIELDS_OF_EVENT),
  eventShows: fc.constantFrom<readonly FieldName[]>(FIELDS_OF_SUMMARY, FIELDS_OF_EVENT),
  tellsBefore: fc.boolean(),
  changes: fc.array(
    fc.record({ id, state, waitMs: fc.integer({ min: 1, max: 5000 }), isRead: fc.boolean() }),
    {
      minLength: 1,
      maxLength: 12,
    },
  ),
})

/** Whole appointments in time: each is created at another second, and each change is a version of its own. */
function createUpstream(order: ListOrder) {
  const rows = new Map<string, State>()
  return {
    rows,
    set(each: string, fields: object, at: number) {
      const createdAt = rows.get(each)?.createdAt ?? utcOf(NOON - 1000 * ((each.charCodeAt(0) * 7) % 11))
      rows.set(each, { id: each, ...fields, endTime: 'x', createdAt, updatedAt: utcOf(at) } as State)
    },
    list: (by: AppointmentFilter) =>
      [...rows.values()].filter((row) => matches(by, row)).sort((a, b) => order(a, b) as number),
  }
}

function pick(row: PartialAppointment, names: readonly FieldName[]): PartialAppointment {
  return Object.fromEntries(names.map((name) => [name, row[name] ?? null])) as unknown as PartialAppointment
}

function listOf(rows: readonly PartialAppointment[], given: Partial<WholeList> = {}): WholeList {
  return { filter: {}, limit: LIMIT, rows, asOf: NOON, changedAt: new Map(), ...given }
}

describe('A list after a change', () => {
  test('It is what a fresh read shows, or it is forgotten', () => {
    const counts = { patched: 0, forgotten: 0 }
    fc.assert(
      fc.property(world, ({ rows, filter: by, order, listShows, eventShows, tellsBefore, changes }) => {
        const upstream = createUpstream(order)
        let now = NOON
        for (const [each, fields] of rows) upstream.set(each, fields, now)
        // What the gateway has seen of the order so far.
        const all = upstream.list({}).map((row) => pick(row, listShows))
        const orders = LIST_ORDERS.filter((possible) => isInOrder(all, possible))
        const read = () => upstream.list(by).map((row) => pick(row, listShows))
        let list = listOf(read(), { filter: by, asOf: now })
        for (const change of changes) {
          now += change.waitMs
          const before = upstream.rows.get(change.id)
          upstream.set(change.id, change.state, now)
          const told: ListChange = {
            id: change.id,
            now: pick(upstream.rows.get(change.id) as State, eventShows),
            before: !tellsBefore ? undefined : before === undefined ? null : pick(before, eventShows),
            since: now,
          }
          const patched = patch(list, told, orders)
          counts[patched === null ? 'forgotten' : 'patched'] += 1
          if (patched !== null) expect(patched.rows).toEqual(read())
          list = patched ?? listOf(read(), { filter: by, asOf: now })
          // Told again, it does no more.
          expect(patch(list, told, orders)?.rows ?? null).toEqual(
            patched?.rows ?? patch(list, told, orders)?.rows ?? null,
          )
          if (change.isRead) list = listOf(read(), { filter: by, asOf: now })
        }
      }),
      { numRuns: 1000, seed: 20 },
    )
    // Else it is right because nothing is ever patched.
    expect(counts.patched).toBeGreaterThan(counts.forgotten)
  })
})
