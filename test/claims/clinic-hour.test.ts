import { expect, test } from 'vitest'
import { runHour } from '../bench/clinic/hour.ts'
import { startOurs } from '../bench/clinic/ours.ts'
import { HOUR } from '../bench/clinic/timetable.ts'

test('The gateway serves a clinic hour within 1,000 requests and refuses nobody', {
  timeout: 60_000,
}, async () => {
  const report = await runHour(startOurs)
  const { book, cancel, reschedule } = HOUR.writes
  const polls = (HOUR.screens * 3_600) / HOUR.pollEverySeconds
  expect(report).toMatchObject({
    upstream429s: 0,
    reads: polls + HOUR.views,
    refusedReads: 0,
    writes: book + cancel + reschedule,
    refusedWrites: 0,
    staleAfterWrite: 0,
    saidToBeStale: 0,
    neverTrue: 0,
  })
  expect(report.oldestMs).toBeLessThan(10_000)
  // Fails where the gateway caches nothing, because then no row is ever old.
  expect(report.oldestMs).toBeGreaterThan(0)
  // Reads may spend this much: the gateway reserves a tenth of the quota for writes.
  expect(report.upstreamRequests).toBeLessThanOrEqual(900)
})
