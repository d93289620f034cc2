import { expect, test } from 'vitest'
import { createEpochs } from '../../src/shared/epochs.ts'
import { createLeases } from '../../src/shared/leases.ts'
import { createMemory } from '../../src/shared/memory.ts'
import { describeShared } from './contract.ts'

describeShared('In memory', async () => {
  let now = 0
  const faults: unknown[] = []
  const onFault = (thrown: unknown) => faults.push(thrown)
  return {
    shared: createMemory({ eventsKept: 4, seenMs: 1000, onFault, monotonic: () => now }),
    faults,
    pass: async (ms) => {
      now += ms
    },
  }
})

test('Old changes are dropped, and those that are returned have no gap', () => {
  const epochs = createEpochs({ maxDiffs: 3 })
  const marks = [epochs.of('x', '/a')]
  for (let nth = 0; nth < 50; nth += 1) {
    epochs.advance('x', ['/a'], { id: String(nth), now: { id: String(nth) }, before: null })
    marks.push(epochs.of('x', '/a'))
    for (const [index, mark] of marks.entries()) {
      const changes = epochs.changesSince('x', '/a', mark)?.map(({ id }) => Number(id))
      const all = Array.from({ length: nth + 1 - index }, (_, offset) => index + offset)
      if (all.length <= 3) expect(changes).toEqual(all)
      else expect([undefined, all]).toContainEqual(changes)
    }
  }
})

test('A withdrawn doubt has changed nothing', () => {
  const epochs = createEpochs()
  const diff = { id: 'a', now: { id: 'a' }, before: null }
  const start = epochs.of('x', '/a')
  epochs.advance('x', ['/a'], diff)
  const take = () => epochs.announce('x', ['/a']) as () => void
  const [back, other] = [take(), take()]
  expect(epochs.changesSince('x', '/a', start)).toBeUndefined()
  back()
  expect(epochs.changesSince('x', '/a', start)).toBeUndefined()
  other()
  expect(epochs.changesSince('x', '/a', start)).toEqual([diff])
  epochs.advance('x', ['/a'])
  expect(epochs.changesSince('x', '/a', start)).toBeUndefined()
})

test('Taking a lease does not visit all others', () => {
  let looks = 0
  const leases = createLeases(() => {
    looks += 1
    return 0
  })
  for (let nth = 0; nth < 5000; nth += 1) leases.take('x', `booked ${nth}`, 'one', 86_400_000)
  looks = 0
  for (let nth = 0; nth < 100; nth += 1) leases.take('x', 'day', `${nth}`, 60_000)
  expect(looks).toBeLessThan(1000)
})
