import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IDS, PATIENTS, READS, runStorm, type Step } from './storm.ts'

const nth = fc.nat(20)
const id = fc.constantFrom(...IDS)
const change = fc.record({
  patient: fc.constantFrom(...PATIENTS),
  status: fc.constantFrom('confirmed' as const, 'cancelled' as const),
  hour: fc.integer({ min: 9, max: 13 }),
})

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('elsewhere' as const), id, change }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('write' as const), id, change }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('attend' as const), id }) },
  // A fifth of the deliveries come twice, in any order; of ten changes, one is never told.
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('deliver' as const),
      nth,
      isRepeated: fc.nat(4).map((value) => value === 0),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const), nth }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      what: fc.nat(READS - 1),
      isHeld: fc.nat(3).map((value) => value === 0),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('release' as const), nth }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(1500) }) },
)

const storm = fc.record({
  shows: fc.constantFrom('summary' as const, 'full' as const),
  granularityMs: fc.constantFrom(1, 1000),
  previous: fc.constantFrom('whole' as const, 'none' as const),
  skewMs: fc.constantFrom(0, 120_000, -120_000),
  steps: fc.array(step, { minLength: 10, maxLength: 40 }),
})

test('In 400 storms of events no cache stays wrong and no row goes back', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(storm, async (weather) => {
      expect(await runStorm(weather)).toEqual([])
    }),
    { numRuns: 400, seed: 20 },
  )
})
