import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PartialAppointment } from '../../src/contract/field-names.ts'
import { type ChangeReport, type KnownChange, orderOf } from '../../src/events/order.ts'

const T1 = '2026-01-05T12:00:01Z'
const T2 = '2026-01-05T12:00:02Z'

function row(title: string, updatedAt?: string): PartialAppointment {
  return { id: 'a', title, ...(updatedAt !== undefined && { updatedAt }) }
}

function report(now: PartialAppointment, parts: Partial<ChangeReport> = {}): ChangeReport {
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

describe('The order of two reports', () => {
  test.for<[string, ChangeReport, KnownChange, string]>([
    ['a later change', report(row('B', T2)), known(row('A', T1)), 'newer'],
    ['an earlier change', report(row('A', T1)), known(row('B', T2)), 'older'],
    ['the same change again', report(row('A', T1)), known(row('A', T1)), 'same'],
    ["a write's own event, when its answer had no time", report(row('B', T2)), known(row('B'), {}), 'same'],
    [
      "a create's own event, with more fields",
      report({ ...row('A', T1), clinicianId: null }, { before: null, reportedAt: T1 }),
      known(row('A'), { before: null }),
      'same',
    ],
    [
      'an event with more fields than the write',
      report({ ...row('A'), clinicianId: 'c' }),
      known(row('A')),
      'newer',
    ],
    [
      'an event with a field that was known before the write',
      report({ ...row('B'), clinicianId: 'c' }),
      known(row('B'), { before: { ...row('A'), clinicianId: 'c' } }),
      'same',
    ],
    [
      'an event with a field that differs from the one before the write',
      report({ ...row('B'), clinicianId: 'd' }),
      known(row('B'), { before: { ...row('A'), clinicianId: 'c' } }),
      'unclear',
    ],
    [
      'an event of the same state ten minutes after the write',
      report(row('B'), { reportedAt: '2026-01-05T12:10:01Z' }),
      known(row('B'), { reportedAt: T1, reportedWithinMs: 2000 }),
      'newer',
    ],
    [
      "an event that begins with a cancel's status, and with another title than the cancel",
      report({ ...row('A'), status: 'cancelled' }, { before: { ...row('A'), status: 'cancelled' } }),
      known({ id: 'a', status: 'cancelled' }, { before: row('B') }),
      'unclear',
    ],
    [
      'the state that a read has found',
      report(row('A', T1)),
      known(row('A', T1), { isOwnWrite: false }),
      'newer',
    ],
    ['nothing in common', report({ id: 'a', updatedAt: T1 }), known(row('A', T1)), 'unclear'],
    [
      'two events of one second with the same state',
      report(row('A', T1), { reportedAt: T2 }),
      known(row('A', T1), { reportedAt: T1 }),
      'newer',
    ],
    [
      'an event that begins where a write ended',
      report(row('A', T1), { before: row('A', T1), reportedAt: T1 }),
      known(row('A', T1), { reportedAt: T1, reportedWithinMs: 2000 }),
      'newer',
    ],
    [
      'an earlier time than an inexact one',
      report(row('A', T1)),
      known(row('B'), { updatedAt: T2 }),
      'older',
    ],
    [
      'in one second, the later event',
      report(row('B', T1), { reportedAt: T2 }),
      known(row('A', T1), { reportedAt: T1 }),
      'newer',
    ],
    [
      'in one second, the earlier event',
      report(row('B', T1), { reportedAt: T1 }),
      known(row('A', T1), { reportedAt: T2 }),
      'older',
    ],
    [
      'in one second, a report that begins with the known state',
      report(row('B', T1), { before: row('A', T1) }),
      known(row('A', T1)),
      'newer',
    ],
    [
      'in one second, the state before the known change',
      report(row('A', T1)),
      known(row('B', T1), { before: row('A', T1) }),
      'older',
    ],
    ['in one second, without other evidence', report(row('B', T1)), known(row('A', T1)), 'unclear'],
    [
      'times that are too close for an inexact clock',
      report(row('B'), { reportedAt: T2 }),
      known(row('A'), { reportedAt: T1, reportedWithinMs: 2000 }),
      'unclear',
    ],
    [
      'a change and back, in one second',
      report(row('A', T1), { before: row('B', T1) }),
      known(row('B', T1), { before: row('A', T1) }),
      'unclear',
    ],
  ])('%s', ([, next, before, order]) => {
    expect(orderOf(next, before)).toBe(order)
  })

  test('Of two different states, one is newer in either order of arrival', () => {
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
          report(row(a.title, a.updatedAt), { reportedAt: a.reportedAt }),
          known(row(b.title, b.updatedAt), { reportedAt: b.reportedAt }),
        )
        const other = orderOf(
          report(row(b.title, b.updatedAt), { reportedAt: b.reportedAt }),
          known(row(a.title, a.updatedAt), { reportedAt: a.reportedAt }),
        )
        const mirrored = { newer: 'older', older: 'newer', unclear: 'unclear', same: 'same' } as const
        expect(other).toBe(mirrored[one])
      }),
    )
  })
})
