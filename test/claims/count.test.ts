import { expect, test } from 'vitest'
import { CountAppointmentsDocument } from '../client/generated/graphql.ts'
import { startProduct } from '../support/product.ts'

// The cache is off, so the count is the only data that the gateway has about the list.
test('The gateway counts 5,000 rows in 13 requests at most, later in one or two', async () => {
  await using product = await startProduct({ sandbox: { seed: 5_000 }, gateway: { cacheTtlSeconds: 0 } })
  async function count(): Promise<{ total: number | null | undefined; requests: number }> {
    const { data } = await product.query(CountAppointmentsDocument, {})
    return { total: data.appointments?.totalCount, requests: product.takeRequests().length }
  }
  const first = await count()
  expect(first.total).toBe(5_000)
  expect(first.requests).toBeLessThanOrEqual(13)
  expect(await count()).toEqual({ total: 5_000, requests: 1 })

  const visit = { title: 'Later', start_time: '2040-01-02T10:00:00Z', end_time: '2040-01-02T10:30:00Z' }
  for (let more = 0; more < 49; more++) await product.rest('POST', '/appointments', visit)
  expect(await count()).toEqual({ total: 5_049, requests: 1 })
  for (let more = 0; more < 60; more++) await product.rest('POST', '/appointments', visit)
  expect(await count()).toEqual({ total: 5_109, requests: 2 })
})
