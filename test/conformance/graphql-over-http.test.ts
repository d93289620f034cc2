import { serverAudits } from 'graphql-http'
import { describe, expect, test } from 'vitest'
import { startProduct } from '../support/product.ts'

/** As any client of a GET does here: the header makes a browser ask before it sends one for another site. */
const withGuard: typeof fetch = (input, init) =>
  fetch(input, { ...init, headers: { ...init?.headers, 'x-graphql-yoga-csrf': '1' } })

describe('GraphQL over HTTP', () => {
  test('all of the audits pass, what MUST be, SHOULD be and MAY be', async () => {
    await using product = await startProduct()
    const audits = serverAudits({ url: `${product.url}/graphql`, fetchFn: withGuard })
    const results = await Promise.all(audits.map(({ fn }) => fn()))
    const failed = results.filter(({ status }) => status !== 'ok')
    expect(failed.map(({ name, status }) => `${status}: ${name}`)).toEqual([])
    expect(results).toHaveLength(61)
  })
})
