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
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('attend' as const, 'cancel' as const), id }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('book' as const) }) },
  // A fifth of the deliveries come twice, in any order.
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('deliver' as const),
      nth,
      isRepeated: fc.nat(4).map((value) => value === 0),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      what: fc.nat(READS - 1),
      isHeld: fc.nat(5).map((value) => value === 0),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('release' as const), nth }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(8000) }) },
)
/** Of ten changes, one is never told. */
const stepWithLoss = fc.oneof(
  { weight: 40, arbitrary: step },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const), nth }) },
)

function stormOf(steps: fc.Arbitrary<Step>) {
  return fc.record({
    shows: fc.constantFrom('summary' as const, 'full' as const),
    order: fc.constantFrom('start' as const, 'start' as const, 'created' as const, 'hidden' as const),
    granularityMs: fc.constantFrom(1, 1000),
    previous: fc.constantFrom('whole' as const, 'none' as const),
    skewMs: fc.constantFrom(0, 0, 0, 0, 120_000, -120_000),
    steps: fc.array(steps, { minLength: 10, maxLength: 40 }),
  })
}

/** `STORMS=400` runs the number of docs/performance.md. */
const STORMS = Number(process.env.STORMS ?? 100)

/** Runs the storms, and returns what they came to in all. */
async function runStorms(steps: fc.Arbitrary<Step>) {
  const sum = { patched: 0, wrongBeforeRepair: 0, naiveWrong: 0 }
  await fc.assert(
    fc.asyncProperty(stormOf(steps), async (weather) => {
      const { faults, patched, wrongBeforeRepair, isNaiveWrong } = await runStorm(weather)
      expect(faults).toEqual([])
      sum.patched += patched
      sum.wrongBeforeRepair += wrongBeforeRepair > 0 ? 1 : 0
      sum.naiveWrong += isNaiveWrong ? 1 : 0
    }),
    { numRuns: STORMS, seed: 20 },
  )
  return sum
}

test('In storms without loss no cache is ever wrong and no row goes back', {
  timeout: 240_000,
}, async () => {
  const { patched, wrongBeforeRepair, naiveWrong } = await runStorms(step)
  expect(wrongBeforeRepair).toBe(0)
  // Else storms prove nothing.
  expect(naiveWrong).toBeGreaterThan(STORMS / 20)
  expect(patched).toBeGreaterThan(STORMS)
})

test('In storms with a tenth of the events lost, a sweep makes all right again', {
  timeout: 240_000,
}, async () => {
  const { wrongBeforeRepair } = await runStorms(stepWithLoss)
  // Else nothing was lost that mattered.
  expect(wrongBeforeRepair).toBeGreaterThan(STORMS / 100)
})
