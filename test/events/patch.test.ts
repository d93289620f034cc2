import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AppointmentFilter, FieldName, PartialAppointment } from '../../src/contract/field-names.ts'
import { FIELDS_OF_EVENT, FIELDS_OF_SUMMARY } from '../../src/contract/field-names.ts'
import { utcOf } from '../../src/contract/instant.ts'
import { matches } from '../../src/events/filter.ts'
import { createOrderEvidence, type ListOrder } from '../../src/events/list-order.ts'
import { type CachedList, type ListChange, patch } from '../../src/events/patch.ts'
import { seeded } from '../pagination/drift.ts'

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
type Order = (a: PartialAppointment, b: PartialAppointment) => number

/** In the order of these fields. */
function by(...names: readonly FieldName[]): Order {
  const key = (row: PartialAppointment) => names.map((name) => row[name]).join(' ')
  return (a, b) => (key(a) < key(b) ? -1 : 1)
}

function latestFirst(order: Order): Order {
  return (a, b) => order(b, a)
}

const RECOGNISED: readonly Order[] = [
  by('startTime', 'id'),
  by('startTime', 'createdAt'),
  by('createdAt', 'id'),
  latestFirst(by('startTime', 'id')),
  latestFirst(by('createdAt', 'id')),
  (a, b) => by('startTime')(a, b) * (a.startTime === b.startTime ? 0 : 1) || by('id')(b, a),
]
/** Orders that the gateway does not know, of which the last one breaks ties by a field that summary rows do not contain. */
const UNKNOWN: readonly Order[] = [by('title', 'id'), by('updatedAt', 'id'), by('startTime', 'updatedAt')]

const world = fc.record({
  rows: fc.uniqueArray(fc.tuple(id, state), { selector: ([each]) => each, minLength: 5, maxLength: 7 }),
  filter,
  order: fc.constantFrom(...RECOGNISED, ...RECOGNISED, ...UNKNOWN),
  listFields: fc.constantFrom<readonly FieldName[]>(FIELDS_OF_SUMMARY, FIELDS_OF_EVENT),
  eventFields: fc.constantFrom<readonly FieldName[]>(FIELDS_OF_SUMMARY, FIELDS_OF_EVENT),
  hasBefore: fc.boolean(),
  changes: fc.array(
    fc.record({ id, state, waitMs: fc.integer({ min: 1, max: 5000 }), isRead: fc.boolean() }),
    {
      minLength: 1,
      maxLength: 12,
    },
  ),
})

/** Whole appointments in time: each is created at another second, and each change is a version of its own. */
function createUpstream(order: Order) {
  const rows = new Map<string, State>()
  return {
    rows,
    set(each: string, fields: object, at: number) {
      const createdAt = rows.get(each)?.createdAt ?? utcOf(NOON - 1000 * ((each.charCodeAt(0) * 7) % 11))
      rows.set(each, { id: each, ...fields, endTime: 'x', createdAt, updatedAt: utcOf(at) } as State)
    },
    list: (where: AppointmentFilter) => [...rows.values()].filter((row) => matches(where, row)).sort(order),
  }
}

function pick(row: PartialAppointment, names: readonly FieldName[]): PartialAppointment {
  return Object.fromEntries(names.map((name) => [name, row[name] ?? null])) as unknown as PartialAppointment
}

function listOf(rows: readonly PartialAppointment[], given: Partial<CachedList> = {}): CachedList {
  return { filter: {}, limit: LIMIT, rows, isComplete: true, asOf: NOON, changedAt: new Map(), ...given }
}

/** What the gateway knows once it has read this list. */
function ordersOf(...lists: readonly (readonly PartialAppointment[])[]): readonly ListOrder[] {
  const evidence = createOrderEvidence()
  for (const rows of lists) evidence.learn(rows)
  return evidence.orders()
}

/** Another forty rows, many of which begin together. */
function otherRows(): PartialAppointment[] {
  const random = seeded(3)
  const upTo = (limit: number) => Math.floor(random() * limit)
  return Array.from({ length: 40 }, (_, nth) => ({
    id: `o${(nth * 7) % 40}`,
    patientId: 'p',
    title: 'ABC'[upTo(3)] ?? '',
    startTime: `2026-01-06T${10 + upTo(9)}:00:00Z`,
    endTime: 'x',
    status: 'confirmed',
    createdAt: utcOf(NOON - 1000 * upTo(60)),
    updatedAt: utcOf(NOON - 1000 * upTo(60)),
  }))
}

describe('A list after a change', () => {
  test('It equals a fresh read, or is invalidated', () => {
    const counts = { patched: 0, invalidated: 0 }
    fc.assert(
      fc.property(world, ({ rows, filter: where, order, listFields, eventFields, hasBefore, changes }) => {
        const upstream = createUpstream(order)
        let now = NOON
        for (const [each, fields] of rows) upstream.set(each, fields, now)
        const show = (row: PartialAppointment) => pick(row, listFields)
        // What the gateway has seen of the order so far.
        const orders = ordersOf(upstream.list({}).map(show), otherRows().sort(order).map(show))
        const read = () => upstream.list(where).map((row) => pick(row, listFields))
        let list = listOf(read(), { filter: where, asOf: now })
        for (const change of changes) {
          now += change.waitMs
          const before = upstream.rows.get(change.id)
          upstream.set(change.id, change.state, now)
          const listChange: ListChange = {
            id: change.id,
            now: pick(upstream.rows.get(change.id) as State, eventFields),
            before: !hasBefore ? undefined : before === undefined ? null : pick(before, eventFields),
            since: now,
          }
          const patched = patch(list, [listChange], orders)
          counts[patched === null ? 'invalidated' : 'patched'] += 1
          if (patched !== null) expect(patched.rows).toEqual(read())
          list = patched ?? listOf(read(), { filter: where, asOf: now })
          if (change.isRead) list = listOf(read(), { filter: where, asOf: now })
        }
      }),
      { numRuns: 1000, seed: 20 },
    )
    // Else it is right because nothing is ever patched.
    expect(counts.patched).toBeGreaterThan(counts.invalidated)
  })

  const A: PartialAppointment = row('a', { startTime: '2026-01-05T09:00:00Z' })
  const B: PartialAppointment = row('b', { startTime: '2026-01-05T11:00:00Z' })
  const LATER = NOON + 10_000
  /** What the upstream's lists have shown: they are in the order of their starts, whatever breaks ties. */
  const BY_START = ordersOf(
    Array.from({ length: 9 }, (_, nth) =>
      row(`${nth}`, {
        startTime: `2026-01-05T1${nth}:00:00Z`,
        createdAt: `2026-01-0${((nth * 4) % 9) + 1}T00:00:00Z`,
      }),
    ),
  )

  function row(each: string, fields: Partial<PartialAppointment> = {}): PartialAppointment {
    return {
      id: each,
      patientId: 'p',
      title: 'A',
      startTime: '2026-01-05T10:00:00Z',
      endTime: '2026-01-05T10:30:00Z',
      status: 'confirmed',
      createdAt: '2026-01-01T00:00:00Z',
      ...fields,
    }
  }

  function idsAfter(
    list: CachedList,
    change: Partial<ListChange> & { now: PartialAppointment },
    orders: readonly ListOrder[] = BY_START,
  ): string | null {
    const { id: each } = change.now
    const patched = patch(list, [{ id: each, before: undefined, since: LATER, ...change }], orders)
    return patched?.rows.map(({ id: shown, title }) => `${shown}${title}`).join() ?? null
  }

  test('A row enters, changes and leaves', () => {
    const list = listOf([A, B], { filter: { patientId: 'p' } })
    expect(idsAfter(list, { now: row('n') })).toBe('aA,nA,bA')
    expect(idsAfter(list, { now: { ...B, title: 'new' } })).toBe('aA,bnew')
    expect(idsAfter(list, { now: { ...A, startTime: '2026-01-05T12:00:00Z' } })).toBe('bA,aA')
    expect(idsAfter(list, { now: { ...A, patientId: 'q' } })).toBe('bA')
    expect(idsAfter(list, { now: row('n', { patientId: 'q' }) })).toBe('aA,bA')
  })

  test('A change that may be older than the list invalidates it', () => {
    const list = listOf([A, B])
    const now = { ...A, title: 'new' }
    expect(idsAfter(list, { now, since: NOON - 60_000 })).toBeNull()
    expect(idsAfter(list, { now, since: NOON + 2000 })).toBeNull()
    expect(idsAfter(list, { now, since: NOON + 2001 })).toBe('anew,bA')
    expect(idsAfter(list, { now, since: undefined })).toBeNull()
  })

  test('A change to the state that the list contains leaves it, whenever it happened', () => {
    const list = listOf([A, B], { filter: { patientId: 'p' } })
    for (const since of [NOON - 60_000, NOON, LATER]) {
      expect(idsAfter(list, { now: A, since })).toBe('aA,bA')
      expect(idsAfter(list, { now: row('n', { patientId: 'q' }), since })).toBe('aA,bA')
    }
  })

  test('Without a known order, a field that the row does not contain may have moved it', () => {
    const list = listOf([A, B])
    expect(idsAfter(list, { now: A }, [])).toBeNull()
    expect(idsAfter(listOf([A]), { now: A }, [])).toBe('aA')
    // A list that shows a new row is from after its creation.
    expect(idsAfter(list, { now: A, before: null }, [])).toBe('aA,bA')
  })

  test('A part of a list stays only if no row before it can have moved', () => {
    const C = row('c', { startTime: '2026-01-05T12:00:00Z' })
    const part = listOf([A, B, C], { isComplete: false, filter: { patientId: 'p' } })
    expect(idsAfter(part, { now: { ...B, title: 'new' } })).toBeNull()
    expect(idsAfter(part, { now: row('n', { patientId: 'q' }) })).toBeNull()
    expect(idsAfter(part, { now: row('n', { patientId: 'q' }), before: null })).toBe('aA,bA,cA')
    expect([A, B, C].map((now) => idsAfter(part, { now }))).toEqual([null, 'aA,bA,cA', null])
  })

  test('Of two changes of one appointment the earlier one comes first', () => {
    const change = (title: string, since: number) => ({
      id: 'a',
      now: { ...A, title },
      before: undefined,
      since,
    })
    const after = (list: CachedList | null, ...changes: ListChange[]) =>
      patch(list as CachedList, changes, BY_START)
    const list = after(listOf([A, B]), change('new', LATER))
    expect(after(list, change('old', LATER - 1))).toBeNull()
    expect(after(list, change('tie', LATER))).toBeNull()
    expect(after(list, change('next', LATER + 1))?.rows[0]?.title).toBe('next')
    expect(after(listOf([A, B]), change('new', LATER), change('old', LATER - 1))).toBeNull()
    // Also where it has left the list meanwhile.
    const confirmed = listOf([A, B], { filter: { statuses: ['confirmed'] } })
    const gone = after(confirmed, { ...change('', LATER + 9), now: { ...A, status: 'cancelled' } })
    expect(gone?.rows.map(({ id: each }) => each)).toEqual(['b'])
    expect(after(gone, change('back', LATER + 8))).toBeNull()
  })

  test('Of very many changes the earlier ones count as one, and no row goes back', () => {
    const elsewhere = Array.from({ length: 2000 }, (_, nth) => ({
      id: `e${nth}`,
      now: row(`e${nth}`, { patientId: 'q' }),
      before: undefined,
      since: LATER + nth,
    }))
    const list = patch(listOf([A, B], { filter: { patientId: 'p' } }), elsewhere, BY_START) as CachedList
    expect(list.rows.map(({ id: each }) => each)).toEqual(['a', 'b'])
    expect(list.changedAt.size).toBeLessThan(600)
    const back = (nth: number, since: number) => idsAfter(list, { now: row(`e${nth}`), since: LATER + since })
    expect([back(1, 0), back(1999, 1998), back(1, 2001)]).toEqual([null, null, 'aA,e1A,bA'])
  })

  test("A change that begins with another state than the list's invalidates it", () => {
    const list = listOf([A, B])
    const now = { ...A, title: 'new' }
    expect(idsAfter(list, { now, before: A })).toBe('anew,bA')
    expect(idsAfter(list, { now, before: { ...A, title: 'other' } })).toBeNull()
    expect(idsAfter(list, { now, before: null })).toBeNull()
    expect(idsAfter(list, { now: row('n'), before: row('n', { title: 'other' }) })).toBeNull()
  })

  test('An equal or older version invalidates the list', () => {
    const dated = (second: number) => ({ updatedAt: `2026-01-05T12:00:0${second}Z` })
    const list = listOf([
      { ...A, ...dated(5) },
      { ...B, ...dated(5) },
    ])
    const at = (second: number) => idsAfter(list, { now: { ...A, title: 'new', ...dated(second) } })
    expect([at(4), at(5), at(6)]).toEqual([null, null, 'anew,bA'])
  })

  test('Missing fields, of the filter or of the row, invalidate the list', () => {
    const { endTime, ...withoutEnd } = row('n')
    expect(idsAfter(listOf([A, B]), { now: withoutEnd })).toBeNull()
    expect(idsAfter(listOf([A, B], { filter: { clinicianId: 'c' } }), { now: row('n') })).toBeNull()
    expect(
      idsAfter(listOf([A, B], { filter: { clinicianId: 'c' } }), { now: { ...A, title: 'new' } }),
    ).toBeNull()
    const { title, ...untitled } = B
    expect(idsAfter(listOf([A, untitled]), { now: row('n') })).toBeNull()
    expect(idsAfter(listOf([]), { now: row('n') })).toBeNull()
  })

  test('A row without a certain place, or beyond the limit, invalidates the list', () => {
    const newest = (rows: readonly PartialAppointment[]) => idsAfter(listOf(rows), { now: row('n') })
    // By its start it would be in the middle; by its creation it may be anywhere.
    const byCreation = [
      { ...A, createdAt: '2026-01-01T02:00:00Z' },
      { ...B, createdAt: '2026-01-01T01:00:00Z' },
    ]
    expect(idsAfter(listOf(byCreation), { now: row('n') }, ordersOf(byCreation))).toBeNull()
    // It begins with another one, and nothing proves which of them comes first.
    expect(newest([A, row('m'), B])).toBeNull()
    const full = Array.from({ length: LIMIT }, (_, nth) =>
      row(`r${nth}`, { startTime: `2026-01-05T09:0${nth}:00Z` }),
    )
    expect(newest(full.slice(1))).not.toBeNull()
    expect(newest(full)).toBeNull()
    expect(idsAfter(listOf(full), { now: { ...(full[3] as PartialAppointment), title: 'new' } })).toContain(
      'r3new',
    )
  })
})
