import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PartialAppointment } from '../../src/contract/field-names.ts'
import { type Known, type News, orderOf } from '../../src/events/order.ts'

const T1 = '2026-01-05T12:00:01Z'
const T2 = '2026-01-05T12:00:02Z'

function row(title: string, updatedAt?: string): PartialAppointment {
  return { id: 'a', title, ...(updatedAt !== undefined && { updatedAt }) }
}

function news(now: PartialAppointment, parts: Partial<News> = {}): News {
  return { now, before: undefined, toldAt: undefined, ...parts }
}

function known(now: PartialAppointment, parts: Partial<Known> = {}): Known {
  const updatedAt = now.updatedAt ?? undefined
  return {
    now,
    before: undefined,
    toldAt: undefined,
    toldWithinMs: 0,
    updatedAt,
    isExact: updatedAt !== undefined,
    isWritten: true,
    ...parts,
  }
}

describe('The order of two tellings', () => {
  test.for<[string, News, Known, string]>([
    ['a later change', news(row('B', T2)), known(row('A', T1)), 'newer'],
    ['an earlier change', news(row('A', T1)), known(row('B', T2)), 'older'],
    ['the same, told again', news(row('A', T1)), known(row('A', T1)), 'same'],
    ["a write's own event, when its answer had no time", news(row('B', T2)), known(row('B'), {}), 'same'],
    [
      "a create's own event, which shows more",
      news({ ...row('A', T1), clinicianId: null }, { before: null, toldAt: T1 }),
      known(row('A'), { before: null }),
      'same',
    ],
    [
      'an event that shows more than is known of a write',
      news({ ...row('A'), clinicianId: 'c' }),
      known(row('A')),
      'newer',
    ],
    [
      'an event that shows as much as was known before a write',
      news({ ...row('B'), clinicianId: 'c' }),
      known(row('B'), { before: { ...row('A'), clinicianId: 'c' } }),
      'same',
    ],
    [
      'an event that shows something else than was known before a write',
      news({ ...row('B'), clinicianId: 'd' }),
      known(row('B'), { before: { ...row('A'), clinicianId: 'c' } }),
      'unclear',
    ],
    [
      'an event ten minutes after a write that says the same',
      news(row('B'), { toldAt: '2026-01-05T12:10:01Z' }),
      known(row('B'), { toldAt: T1, toldWithinMs: 2000 }),
      'newer',
    ],
    [
      "an event that begins with a cancel's status, and with another title than the cancel",
      news({ ...row('A'), status: 'cancelled' }, { before: { ...row('A'), status: 'cancelled' } }),
      known({ id: 'a', status: 'cancelled' }, { before: row('B') }),
      'unclear',
    ],
    ['what a read showed', news(row('A', T1)), known(row('A', T1), { isWritten: false }), 'newer'],
    ['nothing in common', news({ id: 'a', updatedAt: T1 }), known(row('A', T1)), 'unclear'],
    [
      'two events of one second that say the same',
      news(row('A', T1), { toldAt: T2 }),
      known(row('A', T1), { toldAt: T1 }),
      'newer',
    ],
    [
      'an event that begins where a write ended',
      news(row('A', T1), { before: row('A', T1), toldAt: T1 }),
      known(row('A', T1), { toldAt: T1, toldWithinMs: 2000 }),
      'newer',
    ],
    ['an earlier time than an inexact one', news(row('A', T1)), known(row('B'), { updatedAt: T2 }), 'older'],
    [
      'in one second, the later event',
      news(row('B', T1), { toldAt: T2 }),
      known(row('A', T1), { toldAt: T1 }),
      'newer',
    ],
    [
      'in one second, the earlier event',
      news(row('B', T1), { toldAt: T1 }),
      known(row('A', T1), { toldAt: T2 }),
      'older',
    ],
    [
      'in one second, what follows on what is known',
      news(row('B', T1), { before: row('A', T1) }),
      known(row('A', T1)),
      'newer',
    ],
    [
      'in one second, what came before what is known',
      news(row('A', T1)),
      known(row('B', T1), { before: row('A', T1) }),
      'older',
    ],
    ['in one second, and nothing else', news(row('B', T1)), known(row('A', T1)), 'unclear'],
    [
      'times that are too close for an inexact clock',
      news(row('B'), { toldAt: T2 }),
      known(row('A'), { toldAt: T1, toldWithinMs: 2000 }),
      'unclear',
    ],
    [
      'a change and back, in one second',
      news(row('A', T1), { before: row('B', T1) }),
      known(row('B', T1), { before: row('A', T1) }),
      'unclear',
    ],
  ])('%s', ([, told, before, order]) => {
    expect(orderOf(told, before)).toBe(order)
  })

  test('Of two different states, each comes after the other in one order only', () => {
    const instant = fc.integer({ min: 0, max: 3 }).map((second) => `2026-01-05T12:00:0${second}Z`)
    const state = fc.record({ title: fc.constantFrom('A', 'B', 'C'), updatedAt: instant, toldAt: instant })
    fc.assert(
      fc.property(state, state, (a, b) => {
        fc.pre(a.title !== b.title)
        const one = orderOf(
          news(row(a.title, a.updatedAt), { toldAt: a.toldAt }),
          known(row(b.title, b.updatedAt), { toldAt: b.toldAt }),
        )
        const other = orderOf(
          news(row(b.title, b.updatedAt), { toldAt: b.toldAt }),
          known(row(a.title, a.updatedAt), { toldAt: a.toldAt }),
        )
        const mirrored = { newer: 'older', older: 'newer', unclear: 'unclear', same: 'same' } as const
        expect(other).toBe(mirrored[one])
      }),
    )
  })
})
