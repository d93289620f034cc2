import { describe, expect, test } from 'vitest'
import { startGateway } from '../../support/gateway.ts'
import { rawPost, sendRaw } from '../../support/raw.ts'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'
import { bearer, TOKENS } from '../../support/tokens.ts'

const READ = '{ appointments { nodes { id } } }'
const EMPTY = { body: { data: [], meta: { has_more: false } } }

describe('The header with the credential', () => {
  test('Several spaces after the scheme count as one, and do not go upstream', async () => {
    await using upstream = await startScriptedUpstream(() => EMPTY)
    await using gateway = await startGateway({ url: upstream.url })
    for (const authorization of ['Bearer pk_a', 'Bearer  pk_a', 'Bearer    pk_a']) {
      const { status, body } = await sendRaw(gateway.url, rawPost(READ, { authorization }))
      expect([status, JSON.parse(body).data]).toEqual([200, { appointments: { nodes: [] } }])
    }
    // The second and the third caller count as the first one, whose answer is cached.
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer pk_a'])
  })

  test('Several spaces before a token count as one', async () => {
    await using upstream = await startScriptedUpstream(() => EMPTY)
    await using gateway = await startGateway({ url: upstream.url, key: 'k', tokens: TOKENS })
    const { authorization } = await bearer({ scope: 'appointments:read' })
    const { status } = await gateway.query(READ, {}, { authorization: authorization.replace(' ', '  ') })
    expect([status, upstream.requests.length]).toEqual([200, 1])
  })

  test('A token above the length limit is refused for its length', async () => {
    await using upstream = await startScriptedUpstream(() => EMPTY)
    await using gateway = await startGateway({ url: upstream.url, key: 'k', tokens: TOKENS })
    const long = await bearer({ scope: 'appointments:read', groups: 'x'.repeat(8192) })
    const { status, errors } = await gateway.query(READ, {}, long)
    expect([status, errors]).toMatchObject([
      401,
      [
        {
          message: 'The gateway accepts tokens of up to 8192 characters.',
          extensions: { code: 'UNAUTHENTICATED' },
        },
      ],
    ])
    expect(upstream.requests).toEqual([])
  })

  test('A key above the length limit is refused for its length', async () => {
    await using upstream = await startScriptedUpstream(() => EMPTY)
    await using gateway = await startGateway({ url: upstream.url })
    const keyOf = (length: number) => ({ authorization: `Bearer ${'k'.repeat(length)}` })
    const { status, errors } = await gateway.query(READ, {}, keyOf(1025))
    expect([status, errors]).toMatchObject([
      401,
      [
        {
          message: 'The gateway passes on keys of up to 1024 characters.',
          extensions: { code: 'UNAUTHENTICATED' },
        },
      ],
    ])
    expect(upstream.requests).toEqual([])
    expect((await gateway.query(READ, {}, keyOf(1024))).status).toBe(200)
  })
})
