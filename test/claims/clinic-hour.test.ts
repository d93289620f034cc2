import { expect, test } from 'vitest'
import { runHour } from '../bench/clinic/hour.ts'
import { startOurs, startOursWithEvents } from '../bench/clinic/ours.ts'
import { HOUR } from '../bench/clinic/timetable.ts'

const { book, cancel, reschedule, elsewhere } = HOUR.writes
const NOTHING_WRONG = {
  upstream429s: 0,
  reads: (HOUR.screens * 3_600) / HOUR.pollEverySeconds + HOUR.views,
  refusedReads: 0,
  writes: book + cancel + reschedule,
  refusedWrites: 0,
  staleAfterWrite: 0,
  markedStale: 0,
  inconsistent: 0,
}

test('The gateway serves a clinic hour within 1,000 requests and refuses none', {
  timeout: 60_000,
}, async () => {
  const report = await runHour(startOurs)
  expect(report).toMatchObject({ ...NOTHING_WRONG, deliveredEvents: 0 })
  expect(report.oldestMs).toBeLessThan(10_000)
  // Fails if the gateway caches nothing, because then no row is ever old.
  expect(report.oldestMs).toBeGreaterThan(0)
  // Reads may spend this much: the gateway reserves a tenth of the quota for writes.
  expect(report.upstreamRequests).toBeLessThanOrEqual(900)
})

test('With events an hour takes a third of the requests, and data is one second old', {
  timeout: 60_000,
}, async () => {
  const report = await runHour(startOursWithEvents)
  const changes = book + cancel + reschedule + elsewhere
  expect(report).toMatchObject({ ...NOTHING_WRONG, deliveredEvents: changes, lostEvents: 0, oldestMs: 1_000 })
  // Which reads of one second share a request depends on their timing.
  expect(report.upstreamRequests).toBeGreaterThanOrEqual(244)
  expect(report.upstreamRequests).toBeLessThanOrEqual(258)
})

test('With a tenth of the events lost no row is older than an answered write', {
  timeout: 60_000,
}, async () => {
  const { inconsistent, ...report } = await runHour(startOursWithEvents, { lostPercent: 10 })
  const { inconsistent: _, ...nothingElse } = NOTHING_WRONG
  expect(report).toMatchObject({ ...nothingElse, lostEvents: 13 })
  // A change that no event reported is missing, while later changes are visible, until a read finds it.
  expect(report.oldestMs).toBeLessThan(300_000)
  // More than with all events.
  expect(report.upstreamRequests).toBeGreaterThan(258)
  expect(report.upstreamRequests).toBeLessThanOrEqual(330)
})
