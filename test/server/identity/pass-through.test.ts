import { describe, expect, test } from 'vitest'
import { startGateway } from '../../support/gateway.ts'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'

const READ = '{ appointments(first: 1) { nodes { id } } }'

describe('A caller with a key of its own', () => {
  test('The same key is one account, however its scheme is spelled', async () => {
    await using upstream = await startScriptedUpstream(() => ({
      body: { data: [], meta: { has_more: false } },
    }))
    await using gateway = await startGateway({ url: upstream.url })
    for (const authorization of ['bearer K', 'Bearer K', 'BEARER K', 'Bearer  K', 'bEARER   K'])
      expect((await gateway.query(READ, {}, { authorization })).errors).toBeUndefined()
    // The first spelling costs a request, and the others hit the cache.
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer K'])
    await gateway.query(READ, {}, { authorization: 'Bearer k' })
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer K', 'Bearer k'])
  })

  test('Two spellings of one key count as one caller', async () => {
    await using upstream = await startScriptedUpstream(() => () => {})
    await using gateway = await startGateway({ url: upstream.url, limits: { MAX_CONCURRENT_OPERATIONS: 1 } })
    const leave = new AbortController()
    const running = fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer K' },
      body: JSON.stringify({ query: READ }),
      signal: leave.signal,
    }).catch(() => 'left')
    await upstream.arrival(1)
    const { status } = await gateway.query('{ __typename }', {}, { authorization: 'bearer  K' })
    expect(status).toBe(429)
    leave.abort()
    expect(await running).toBe('left')
  })
})
