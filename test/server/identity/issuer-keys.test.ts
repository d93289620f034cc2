import { generateKeyPair } from 'jose'
import { describe, expect, test } from 'vitest'
import { startProduct } from '../../support/product.ts'
import { bearer, startIssuer } from '../../support/tokens.ts'

const READ = '{ appointments(first: 1) { nodes { id } } }'
const SCOPE = { scope: 'appointments:read' }
const TEN_MINUTES = 600_000

/** The product in front of an issuer, with a clock that stands still until a test moves it. */
async function startGuarded() {
  const issuer = await startIssuer()
  let now = Date.now()
  const product = await startProduct({ gateway: { tokens: issuer.tokens, now: () => now } })
  return {
    issuer,
    pass(milliseconds: number) {
      now += milliseconds
    },
    async answerTo(caller: Promise<Readonly<Record<string, string>>>) {
      const { status, errors } = await product.query(READ, {}, await caller)
      return errors === undefined ? status : `${status} ${errors[0]?.extensions.code}`
    },
    async [Symbol.asyncDispose]() {
      await product[Symbol.asyncDispose]()
      await issuer[Symbol.asyncDispose]()
    },
  }
}

describe('The keys of an issuer', () => {
  test('Cached keys stay valid while the issuer is down, and the gateway keeps trying', async () => {
    await using guarded = await startGuarded()
    const { issuer, pass, answerTo } = guarded
    expect(await answerTo(issuer.sign(SCOPE))).toBe(200)
    issuer.fail(true)
    for (let minute = 0; minute < 30; minute++) {
      expect(await answerTo(issuer.sign(SCOPE))).toBe(200)
      pass(60_000)
    }
    const sent = issuer.requests.length
    expect(sent).toBeGreaterThan(10)
    issuer.fail(false)
    expect(await answerTo(issuer.sign(SCOPE))).toBe(200)
    await issuer.arrival(sent + 1)
    pass(60_000)
    expect(await answerTo(issuer.sign(SCOPE))).toBe(200)
    expect(issuer.requests).toHaveLength(sent + 1)
  })

  test('A key that the issuer withdraws is accepted for ten minutes at most', async () => {
    await using guarded = await startGuarded()
    const { issuer, pass, answerTo } = guarded
    expect(await answerTo(issuer.sign(SCOPE))).toBe(200)
    issuer.withdrawKeys()
    pass(TEN_MINUTES - 1)
    expect(await answerTo(issuer.sign(SCOPE))).toBe(200)
    pass(1)
    expect(await answerTo(issuer.sign(SCOPE))).toBe('401 UNAUTHENTICATED')
  })

  test('A new key is looked up immediately', async () => {
    await using guarded = await startGuarded()
    const { issuer, answerTo } = guarded
    expect(await answerTo(issuer.sign(SCOPE))).toBe(200)
    const sign = await issuer.addKey('k2')
    expect(await answerTo(sign(SCOPE))).toBe(200)
    expect(await answerTo(issuer.sign(SCOPE))).toBe(200)
    expect(issuer.requests).toHaveLength(2)
  })

  test('A flood of unknown keys causes few requests to the issuer, and hides no new key', async () => {
    await using guarded = await startGuarded()
    const { issuer, pass, answerTo } = guarded
    expect(await answerTo(issuer.sign(SCOPE))).toBe(200)
    const { privateKey } = await generateKeyPair('RS256')
    const unknown = (nth: number) => bearer(SCOPE, { alg: 'RS256', key: privateKey, kid: `unknown${nth}` })
    for (let nth = 0; nth < 40; nth++) expect(await answerTo(unknown(nth))).toBe('401 UNAUTHENTICATED')
    expect(issuer.requests).toHaveLength(5)
    const sign = await issuer.addKey('k2')
    expect(await answerTo(sign(SCOPE))).toBe('401 UNAUTHENTICATED')
    expect(issuer.requests).toHaveLength(5)
    pass(5000)
    expect(await answerTo(sign(SCOPE))).toBe(200)
    for (let nth = 0; nth < 40; nth++) await answerTo(unknown(nth))
    expect(issuer.requests).toHaveLength(6)
  })

  test('Tokens that arrive together share one lookup', async () => {
    await using guarded = await startGuarded()
    const { issuer, answerTo } = guarded
    const answers = await Promise.all(Array.from({ length: 20 }, () => answerTo(issuer.sign(SCOPE))))
    expect(new Set(answers)).toEqual(new Set([200]))
    expect(issuer.requests).toHaveLength(1)
  })

  test('A token with an unknown key is not refused as invalid while the issuer is down', async () => {
    await using guarded = await startGuarded()
    const { issuer, pass, answerTo } = guarded
    issuer.fail(true)
    for (let nth = 0; nth < 40; nth++)
      expect(await answerTo(issuer.sign(SCOPE))).toBe('503 UPSTREAM_UNAVAILABLE')
    expect(issuer.requests).toHaveLength(5)
    issuer.fail(false)
    pass(5000)
    expect(await answerTo(issuer.sign(SCOPE))).toBe(200)
    issuer.fail(true)
    pass(5000)
    const sign = await issuer.addKey('k2')
    expect(await answerTo(sign(SCOPE))).toBe('503 UPSTREAM_UNAVAILABLE')
    expect(await answerTo(issuer.sign(SCOPE))).toBe(200)
  })
})
