import { exportSPKI, generateKeyPair, type JWTPayload } from 'jose'
import { describe, expect, test } from 'vitest'
import { startGateway } from '../../support/gateway.ts'
import { startProduct } from '../../support/product.ts'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'
import { AUDIENCE, bearer, ISSUER, startIssuer, TOKENS } from '../../support/tokens.ts'

const READ = '{ __typename appointments(first: 1) { nodes { id } } }'
const CREATE = `mutation { createAppointment(input: { title: "t", startTime: "2030-01-07T10:00:00Z", endTime: "2030-01-07T11:00:00Z" }) {
  appointment { id } } }`
const NOW = Math.floor(Date.now() / 1000)

describe('Callers with tokens', () => {
  test('A caller reads with the read scope and writes with the write scope only', async () => {
    await using product = await startProduct({ gateway: { tokens: TOKENS } })
    const reader = await bearer({ scope: 'openid appointments:read' })
    const writer = await bearer({ scope: 'appointments:write' })
    const stranger = await bearer({ scope: 'appointments:readers' })
    expect((await product.query(READ, {}, reader)).errors).toBeUndefined()
    expect((await product.query(READ, {}, writer)).errors).toBeUndefined()
    expect((await product.query(CREATE, {}, writer)).errors).toBeUndefined()
    product.takeRequests()
    for (const [document, caller] of [
      [CREATE, reader],
      [CREATE, stranger],
      [READ, stranger],
      [READ, await bearer({})],
    ] as const) {
      const { errors } = await product.query(document, {}, caller)
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN'])
    }
    expect(product.takeRequests()).toEqual([])
  })

  test.for([
    ['a text', { scope: 'openid  appointments:write' }],
    ['a list', { scope: ['openid', 'appointments:write'] }],
    ['a list named scp', { scp: ['appointments:write'] }],
    ['a text named scp', { scp: 'appointments:write' }],
  ] as const)('The gateway reads scopes from %s', async ([, claims]) => {
    await using product = await startProduct({ gateway: { tokens: TOKENS } })
    expect((await product.query(CREATE, {}, await bearer(claims))).errors).toBeUndefined()
  })

  test('The gateway reads scopes from the claim that the settings name, and no other', async () => {
    const codesWith = async (scopeClaim: string, claims: JWTPayload) => {
      await using product = await startProduct({ gateway: { tokens: { ...TOKENS, scopeClaim } } })
      const { errors } = await product.query(CREATE, {}, await bearer(claims))
      return errors?.map(({ extensions }) => extensions.code)
    }
    const granted = ['appointments:write']
    expect(await codesWith('roles', { roles: granted })).toBeUndefined()
    expect(
      await codesWith('https://clinic.test/roles', { 'https://clinic.test/roles': granted }),
    ).toBeUndefined()
    for (const claims of [{ scope: granted }, { scp: granted }, { roles: { 0: granted[0] } }, { roles: 7 }])
      expect(await codesWith('roles', claims as JWTPayload)).toEqual(['FORBIDDEN'])
    expect(await codesWith('constructor', { roles: granted })).toEqual(['FORBIDDEN'])
  })

  test('A token that never expires is accepted only if the settings allow it', async () => {
    const answerWith = async (requireExp?: boolean) => {
      const tokens = { ...TOKENS, ...(requireExp !== undefined && { requireExp }) }
      await using product = await startProduct({ gateway: { tokens } })
      const eternal = await bearer({ scope: 'appointments:read', exp: undefined as never })
      const { status, errors } = await product.query(READ, {}, eternal)
      const expired = await bearer({ scope: 'appointments:read', exp: NOW - 60 })
      expect((await product.query(READ, {}, expired)).status).toBe(401)
      return [status, errors?.[0]?.extensions.code, errors?.[0]?.message]
    }
    const refused = [401, 'UNAUTHENTICATED', 'The token does not say when it expires (exp).']
    expect(await answerWith()).toEqual(refused)
    expect(await answerWith(true)).toEqual(refused)
    expect(await answerWith(false)).toEqual([200, undefined, undefined])
  })

  test('The gateway accepts a token whose subject is a number', async () => {
    await using product = await startProduct({ gateway: { tokens: TOKENS } })
    const numbered = await bearer({ scope: 'appointments:read', sub: 7 as never })
    expect((await product.query(READ, {}, numbered)).errors).toBeUndefined()
  })

  test('A caller without a token gets only fields that cost nothing', async () => {
    await using product = await startProduct({ gateway: { tokens: TOKENS } })
    const { data, errors } = await product.query(READ)
    expect(data).toEqual({ __typename: 'Query', appointments: null })
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED'])
    expect(product.takeRequests()).toEqual([])
  })

  test.for([
    ['that has expired', () => bearer({ scope: 'appointments:read', exp: NOW - 60 })],
    ['of the future', () => bearer({ scope: 'appointments:read', nbf: NOW + 600 })],
    ['of another issuer', () => bearer({ scope: 'appointments:read', iss: 'https://other.test' })],
    ['for another audience', () => bearer({ scope: 'appointments:read', aud: 'billing' })],
    [
      'signed with another secret',
      () => bearer({ scope: 'appointments:read' }, { key: new TextEncoder().encode('x'.repeat(40)) }),
    ],
    ['without a signature', async () => ({ authorization: `Bearer ${unsigned()}` })],
    ['that is a key of the upstream', async () => ({ authorization: 'Bearer pk_test_sandbox' })],
    ['of another scheme', async () => ({ authorization: 'Basic cGtfdGVzdDo=' })],
    ['narrowed to a number', () => bearer({ scope: 'appointments:read', patient_id: 7 })],
    ['narrowed to an empty id', () => bearer({ scope: 'appointments:read', patient_id: '' })],
    ['narrowed to null', () => bearer({ scope: 'appointments:read', clinician_id: null })],
    ['narrowed to a path', () => bearer({ scope: 'appointments:read', clinician_id: '../x' })],
    ['narrowed to several', () => bearer({ scope: 'appointments:read', patient_id: ['pat_1', 'pat_2'] })],
  ] as const)('The gateway refuses the whole request of a token %s', async ([, mint]) => {
    await using product = await startProduct({ gateway: { tokens: TOKENS } })
    const { status, data, errors } = await product.query(READ, {}, await mint())
    expect({ status, data, code: errors?.[0]?.extensions.code }).toEqual({
      status: 401,
      data: undefined,
      code: 'UNAUTHENTICATED',
    })
    expect(product.takeRequests()).toEqual([])
  })

  test('A token expires by the clock of the gateway', async () => {
    let now = Date.now()
    await using product = await startProduct({ gateway: { tokens: TOKENS, now: () => now } })
    const caller = await bearer({ scope: 'appointments:read' })
    expect((await product.query(READ, {}, caller)).status).toBe(200)
    now += 2 * 3_600_000
    const { status, errors } = await product.query(READ, {}, caller)
    expect([status, errors?.[0]?.message]).toEqual([401, 'The token has expired.'])
  })

  test('The gateway checks tokens with published keys, never with those as a secret', async () => {
    await using issuer = await startIssuer()
    await using product = await startProduct({ gateway: { tokens: issuer.tokens } })
    const scope = 'appointments:read'
    const statusOf = async (caller: Promise<Readonly<Record<string, string>>>) =>
      (await product.query(READ, {}, await caller)).status
    expect(await statusOf(issuer.sign({ scope }))).toBe(200)
    expect(await statusOf(issuer.sign({ scope }))).toBe(200)
    expect(issuer.requests).toHaveLength(1)
    const pem = new TextEncoder().encode(await exportSPKI(issuer.publicKey))
    expect(await statusOf(bearer({ scope }, { alg: 'HS256', key: pem, kid: 'k1' }))).toBe(401)
    const { privateKey } = await generateKeyPair('RS256')
    expect(await statusOf(bearer({ scope }, { alg: 'RS256', key: privateKey, kid: 'k1' }))).toBe(401)
    expect(await statusOf(bearer({ scope }, { alg: 'RS256', key: privateKey, kid: 'k2' }))).toBe(401)
  })

  test('The gateway answers 503, not 401, if it cannot read the published keys', async () => {
    await using issuer = await startIssuer()
    const tokens = { issuer: ISSUER, audience: AUDIENCE, keys: { jwksUrl: 'http://127.0.0.1:9/jwks' } }
    await using product = await startProduct({ gateway: { tokens } })
    const { status, errors } = await product.query(
      READ,
      {},
      await issuer.sign({ scope: 'appointments:read' }),
    )
    expect([status, errors?.[0]?.extensions.code]).toEqual([503, 'UPSTREAM_UNAVAILABLE'])
  })

  test('The gateway sends its own key upstream, never a token', async () => {
    await using upstream = await startScriptedUpstream(() => ({
      body: { data: [], meta: { has_more: false } },
    }))
    await using gateway = await startGateway({ url: upstream.url, key: 'pk_gateway', tokens: TOKENS })
    await gateway.query(READ, {}, await bearer({ scope: 'appointments:read' }))
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer pk_gateway'])
  })
})

function unsigned(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { iss: ISSUER, aud: AUDIENCE, exp: NOW + 3600, scope: 'appointments:read' }
  return `${part({ alg: 'none' })}.${part(claims)}.`
}
