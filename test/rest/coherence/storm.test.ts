import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CLINICIANS, IDS, PATIENTS, READS, runStorm, type Step } from './storm.ts'

const nth = fc.nat(20)
const change = fc.record({
  patient: fc.constantFrom(...PATIENTS),
  clinician: fc.constantFrom(...CLINICIANS),
  status: fc.constantFrom('confirmed' as const, 'cancelled' as const),
  hour: fc.integer({ min: 9, max: 13 }),
})

/** The change of an update through the gateway: one field, perhaps one that neither lists nor events contain. */
const update = fc.oneof(
  fc.record({ patient: fc.constantFrom(...PATIENTS) }),
  fc.record({ clinician: fc.constantFrom(...CLINICIANS) }),
  fc.record({ hour: fc.integer({ min: 9, max: 13 }) }),
  fc.record({ attendance: fc.constant(1) }),
)
const isHeld = fc.nat(5).map((value) => value === 0)
const isAnsweredLate = fc.nat(2).map((value) => value === 0)

interface Scene {
  readonly id: fc.Arbitrary<string>
  readonly what: fc.Arbitrary<number>
  /** The relative frequency of each step. */
  readonly weights: Readonly<Record<Step['do'], number>>
}

function stepOf({ id, what, weights }: Scene): fc.Arbitrary<Step> {
  const arbitraries: { readonly [Do in Step['do']]: fc.Arbitrary<Step & { readonly do: Do }> } = {
    elsewhere: fc.record({ do: fc.constant('elsewhere' as const), id, change }),
    write: fc.record({ do: fc.constant('write' as const), id, change: update, isHeld: isAnsweredLate }),
    attend: fc.record({ do: fc.constant('attend' as const), id }),
    move: fc.record({ do: fc.constant('move' as const), id }),
    cancel: fc.record({ do: fc.constant('cancel' as const), id, isHeld }),
    book: fc.record({ do: fc.constant('book' as const), isHeld }),
    // A fifth of the events are delivered twice, in any order.
    deliver: fc.record({
      do: fc.constant('deliver' as const),
      nth,
      isRepeated: fc.nat(4).map((value) => value === 0),
    }),
    lose: fc.record({ do: fc.constant('lose' as const), nth }),
    read: fc.record({ do: fc.constant('read' as const), what, isHeld }),
    release: fc.record({ do: fc.constant('release' as const), nth }),
    wait: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(8000) }),
  }
  const names = Object.keys(weights) as Step['do'][]
  return fc.oneof(...names.map((name) => ({ weight: weights[name], arbitrary: arbitraries[name] })))
}

const WEIGHTS = {
  elsewhere: 5,
  write: 3,
  attend: 1,
  move: 2,
  cancel: 1,
  book: 1,
  deliver: 12,
  lose: 0,
  read: 8,
  release: 4,
  wait: 8,
}
const wide = { id: fc.constantFrom(...IDS), what: fc.nat(READS - 1), weights: WEIGHTS }
const step = stepOf(wide)
/** All steps are about one appointment and two lists, so that rare sequences occur soon. */
const narrowStep = stepOf({
  id: fc.constant('a'),
  what: fc.nat(1),
  weights: {
    ...WEIGHTS,
    elsewhere: 1,
    attend: 0,
    move: 3,
    cancel: 0,
    book: 0,
    deliver: 3,
    read: 4,
    release: 2,
    wait: 4,
  },
})
/** Of ten changes, one loses its event. */
const stepWithLoss = stepOf({ ...wide, weights: { ...WEIGHTS, lose: 3 } })

function stormOf(steps: fc.Arbitrary<readonly Step[]>) {
  return fc.record({
    shows: fc.constantFrom('summary' as const, 'full' as const, 'mixed' as const, 'mixed' as const),
    answers: fc.constantFrom('summary' as const, 'dated' as const, 'whole' as const),
    dates: fc.constantFrom('start' as const, 'end' as const),
    echoes: fc.boolean(),
    order: fc.constantFrom('start' as const, 'start' as const, 'created' as const, 'hidden' as const),
    granularityMs: fc.constantFrom(1, 1000),
    previous: fc.constantFrom('whole' as const, 'none' as const),
    stepMs: fc.constantFrom(100, 700, 1500),
    skewMs: fc.constantFrom(0, 0, 0, 0, 120_000, -120_000),
    steps,
  })
}

/** `STORMS=400` runs the number of docs/performance.md. */
const STORMS = Number(process.env.STORMS ?? 100)

function manyOf(steps: fc.Arbitrary<Step>): fc.Arbitrary<readonly Step[]> {
  return fc.array(steps, { minLength: 10, maxLength: 40 })
}

/** In a short storm no later change hides that one was missed. */
function fewOf(steps: fc.Arbitrary<Step>): fc.Arbitrary<readonly Step[]> {
  return fc.array(steps, { minLength: 4, maxLength: 14 })
}

/** Runs the storms, and returns the sums of their outcomes. */
async function runStorms(steps: fc.Arbitrary<readonly Step[]>, numRuns = STORMS) {
  const sum = { patched: 0, wrongBeforeRepair: 0, naiveWrong: 0 }
  await fc.assert(
    fc.asyncProperty(stormOf(steps), async (weather) => {
      const { faults, patched, wrongBeforeRepair, isNaiveWrong } = await runStorm(weather)
      expect(faults).toEqual([])
      sum.patched += patched
      sum.wrongBeforeRepair += wrongBeforeRepair > 0 ? 1 : 0
      sum.naiveWrong += isNaiveWrong ? 1 : 0
    }),
    { numRuns, seed: 20 },
  )
  return sum
}

test('In storms without loss no cached answer is wrong, and no row goes back in time', {
  timeout: 240_000,
}, async () => {
  const { patched, wrongBeforeRepair, naiveWrong } = await runStorms(manyOf(step))
  expect(wrongBeforeRepair).toBe(0)
  // Otherwise the storms prove nothing.
  expect(naiveWrong).toBeGreaterThan(STORMS / 20)
  expect(patched).toBeGreaterThan(STORMS / 2)
})

test('In storms over one appointment, its lists contain the last change', {
  timeout: 240_000,
}, async () => {
  const { wrongBeforeRepair, naiveWrong } = await runStorms(fewOf(narrowStep), 3 * STORMS)
  expect(wrongBeforeRepair).toBe(0)
  expect(naiveWrong).toBeGreaterThan(STORMS / 20)
})

test('In storms with a tenth of the events lost, one sweep corrects the cache', {
  timeout: 240_000,
}, async () => {
  const { wrongBeforeRepair } = await runStorms(manyOf(stepWithLoss))
  // Otherwise no loss mattered.
  expect(wrongBeforeRepair).toBeGreaterThan(STORMS / 100)
})
