import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Step, takeSteps } from './interleavings.ts'

const nth = fc.nat(3)
// Mostly the same item, so that reads and writes race.
const item = fc.constantFrom('a' as const, 'a' as const, 'a' as const, 'b' as const)
const view = fc.constantFrom('one', 'other')
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      what: fc.oneof({ weight: 3, arbitrary: item }, { weight: 1, arbitrary: fc.constant('list' as const) }),
      view,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      item,
      how: fc.constantFrom('update' as const, 'cancel' as const),
      view,
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('apply' as const), nth }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('answer' as const), nth }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('limit' as const, 'leave' as const), nth }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1_000, 11_000) }),
  },
)

test('No read returns a value older than the last write that ended before the read', {
  timeout: 60_000,
}, async () => {
  let repeated = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20, size: 'max' }), async (steps) => {
      const outcome = await takeSteps(steps)
      expect(outcome.faults).toEqual([])
      repeated += outcome.repeated
    }),
    { seed: 20_260_105, numRuns: 80 },
  )
  // Else the memo never answered.
  expect(repeated).toBeGreaterThan(80)
})
