import { expect, test } from 'vitest'
import { startGateway } from '../../support/gateway.ts'
import { startProduct } from '../../support/product.ts'
import { subscribe } from '../../support/stream.ts'
import { freshDay, LIVE_DAY, randomOf, readUntil, step } from './steps.ts'

/** `npm run bench -- live` makes ten thousand. */
const STEPS = 120

test('After each of many random changes a live query equals a fresh query', async () => {
  await using product = await startProduct({ live: true, sandbox: { seed: 0, faults: true } })
  const { url, key } = product.upstream
  await using fresh = await startGateway({ url, key, cacheTtlSeconds: 0 })
  await using stream = await subscribe(product.url, { query: LIVE_DAY })
  const random = randomOf(20_300_107)
  const ids: string[] = []
  let shown = await freshDay(fresh.query)
  await readUntil(stream, shown)
  let answers = 0
  let changes = 0
  for (let nth = 0; nth < STEPS; nth += 1) {
    await step(product, ids, random)
    const wanted = await freshDay(fresh.query)
    if (wanted === shown) continue
    changes += 1
    answers += await readUntil(stream, wanted)
    shown = wanted
  }
  expect(changes).toBeGreaterThan(STEPS / 4)
  // Each result differs from the previous one, and no unexpected result has arrived.
  expect(answers).toBe(changes)
})
