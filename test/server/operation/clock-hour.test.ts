import { expect, test } from 'vitest'
import { startProduct } from '../../support/product.ts'

const ELEVEN = Date.parse('2026-01-05T11:00:00Z')
const QUERY = '{ appointments(first: 3) { nodes { id } } }'

test('A read that crosses the hour does not block later reads, whatever its Date', async () => {
  // The sandbox counts the request before the full hour, and its response has a Date after it.
  let now = ELEVEN - 100
  let isCrossing = false
  await using product = await startProduct({
    sandbox: {
      seed: 20,
      rateLimit: 5,
      date: 'sent',
      clock() {
        const at = now
        if (isCrossing) now = ELEVEN + 100
        return new Date(at)
      },
    },
    gateway: { now: () => now, cacheTtlSeconds: 0 },
  })
  await product.query(QUERY)
  await product.query(QUERY)
  isCrossing = true
  await product.query(QUERY)
  isCrossing = false
  for (let nth = 0; nth < 4; nth++) {
    const { errors, extensions } = await product.query(QUERY)
    expect(errors).toBeUndefined()
    expect(extensions.upstream.rateLimit).toMatchObject({ remaining: 4 - nth })
  }
  expect((await product.query(QUERY)).errors?.[0]?.extensions.code).toBe('RATE_LIMITED')
})
