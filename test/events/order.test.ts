import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PartialAppointment } from '../../src/contract/field-names.ts'
import { type ChangeReport, type KnownChange, orderOf } from '../../src/events/order.ts'

const T1 = '2026-01-05T12:00:01Z'
const T2 = '2026-01-05T12:00:02Z'

function row(title: string, updatedAt?: string): PartialAppointment {
  return { id: 'a', title, ...(updatedAt !== undefined && { updatedAt }) }
}

function news(now: PartialAppointment, parts: Partial<ChangeReport> = {}): ChangeReport {
  return { now, before: undefined, reportedAt: undefined, ...parts }
}

function known(now: PartialAppointment, parts: Partial<KnownChange> = {}): KnownChange {
  const updatedAt = now.updatedAt ?? undefined
  return {
    now,
    before: undefined,
    reportedAt: undefined,
    reportedWithinMs: 0,
    updatedAt,
    isExact: updatedAt !== undefined,
    isOwnWrite: true,
    ...parts,
  }
}

describe('The order of two tellings', () => {
  test.for<[string, ChangeReport, KnownChange, string]>([
    ['a later change', news(row('B', T2)), known(row('A', T1)), 'newer'],
    ['an earlier change', news(row('A', T1)), known(row('B', T2)), 'older'],
    ['the same, told again', news(row('A', T1)), known(row('A', T1)), 'same'],
    ["a write's own event, when its answer had no time", news(row('B', T2)), known(row('B'), {}), 'same'],
    [
      "a create's own event, which shows more",
      news({ ...row('A', T1), clinicianId: null }, { before: null, reportedAt: T1 }),
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
      news(row('B'), { reportedAt: '2026-01-05T12:10:01Z' }),
      known(row('B'), { reportedAt: T1, reportedWithinMs: 2000 }),
      'newer',
    ],
    [
      "an event that begins with a cancel's status, and with another title than the cancel",
      news({ ...row('A'), status: 'cancelled' }, { before: { ...row('A'), status: 'cancelled' } }),
      known({ id: 'a', status: 'cancelled' }, { before: row('B') }),
      'unclear',
    ],
    ['what a read showed', news(row('A', T1)), known(row('A', T1), { isOwnWrite: false }), 'newer'],
    ['nothing in common', news({ id: 'a', updatedAt: T1 }), known(row('A', T1)), 'unclear'],
    [
      'two events of one second that say the same',
      news(row('A', T1), { reportedAt: T2 }),
      known(row('A', T1), { reportedAt: T1 }),
      'newer',
    ],
    [
      'an event that begins where a write ended',
      news(row('A', T1), { before: row('A', T1), reportedAt: T1 }),
      known(row('A', T1), { reportedAt: T1, reportedWithinMs: 2000 }),
      'newer',
    ],
    ['an earlier time than an inexact one', news(row('A', T1)), known(row('B'), { updatedAt: T2 }), 'older'],
    [
      'in one second, the later event',
      news(row('B', T1), { reportedAt: T2 }),
      known(row('A', T1), { reportedAt: T1 }),
      'newer',
    ],
    [
      'in one second, the earlier event',
      news(row('B', T1), { reportedAt: T1 }),
      known(row('A', T1), { reportedAt: T2 }),
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
      news(row('B'), { reportedAt: T2 }),
      known(row('A'), { reportedAt: T1, reportedWithinMs: 2000 }),
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
    const state = fc.record({
      title: fc.constantFrom('A', 'B', 'C'),
      updatedAt: instant,
      reportedAt: instant,
    })
    fc.assert(
      fc.property(state, state, (a, b) => {
        fc.pre(a.title !== b.title)
        const one = orderOf(
          news(row(a.title, a.updatedAt), { reportedAt: a.reportedAt }),
          known(row(b.title, b.updatedAt), { reportedAt: b.reportedAt }),
        )
        const other = orderOf(
          news(row(b.title, b.updatedAt), { reportedAt: b.reportedAt }),
          known(row(a.title, a.updatedAt), { reportedAt: a.reportedAt }),
        )
        const mirrored = { newer: 'older', older: 'newer', unclear: 'unclear', same: 'same' } as const
        expect(other).toBe(mirrored[one])
      }),
    )
  })
})
