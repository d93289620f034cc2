import { serverAudits } from 'graphql-http'
import { describe, expect, test } from 'vitest'
import { startProduct } from '../support/product.ts'

/** Every GET needs this header, because a browser sends a preflight request before it adds the header for another site. */
const withGuard: typeof fetch = (input, init) =>
  fetch(input, { ...init, headers: { ...init?.headers, 'x-graphql-yoga-csrf': '1' } })

describe('GraphQL over HTTP', () => {
  test('The gateway passes every audit of graphql-http: MUST, SHOULD and MAY', async () => {
    await using product = await startProduct()
    const audits = serverAudits({ url: `${product.url}/graphql`, fetchFn: withGuard })
    const results = await Promise.all(audits.map(({ fn }) => fn()))
    const failed = results.filter(({ status }) => status !== 'ok')
    expect(failed.map(({ name, status }) => `${status}: ${name}`)).toEqual([])
    expect(results).toHaveLength(61)
  })
})
