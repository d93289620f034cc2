import { describe, expect, test } from 'vitest'
import { identityMode } from '../../src/process/identity-mode.ts'
import { isLoopback } from '../../src/server/http/loopback.ts'
import { startGateway } from '../support/gateway.ts'
import { rawPost, sendRaw } from '../support/raw.ts'

const NAMED = { HOST: '127.0.0.1', APPOINTMENTS_API_URL: 'https://upstream.test' }
const KEYED = { ...NAMED, APPOINTMENTS_API_KEY: 'pk_secret' }
const TOKENS = { AUTH_JWKS_URL: 'https://issuer.test/jwks', AUTH_ISSUER: 'i', AUTH_AUDIENCE: 'a' }

describe('The identity mode', () => {
  test.for([
    ['pass-through', 'a named upstream without a key', { ...NAMED, HOST: '0.0.0.0' }],
    ['tokens', 'a key and a token check, on any address', { ...KEYED, ...TOKENS, HOST: '0.0.0.0' }],
    ['tokens', 'the embedded API with a token check', { HOST: '0.0.0.0', ...TOKENS }],
    ['open', 'the embedded API, on any address', { HOST: '0.0.0.0' }],
    ['open', 'a key on a loopback address', KEYED],
  ] as const)('The process reports %s for %s', ([mode, , settings]) => {
    expect(identityMode(settings)).toMatchObject({
      problem: null,
      startupLine: expect.stringContaining(mode),
    })
  })

  test.for([
    ['a key that everybody could use', { ...KEYED, HOST: '0.0.0.0' }, /^HOST: .*AUTH_JWKS_URL/],
    ['a key that everybody could use', { ...KEYED, HOST: '::' }, /^HOST: /],
    ['a key that everybody could use', { ...KEYED, HOST: 'gateway.test' }, /^HOST: /],
    ['tokens without a key', { ...NAMED, ...TOKENS }, /^APPOINTMENTS_API_KEY: /],
    [
      'a secret and published keys',
      { ...KEYED, ...TOKENS, AUTH_JWT_SECRET: 's' },
      /^AUTH_JWKS_URL, AUTH_JWT_SECRET: /,
    ],
    ['no audience', { ...KEYED, ...TOKENS, AUTH_AUDIENCE: undefined }, /^AUTH_ISSUER, AUTH_AUDIENCE: /],
    ['a scope claim alone', { ...KEYED, AUTH_SCOPE_CLAIM: 'roles' }, /^AUTH_JWKS_URL, AUTH_JWT_SECRET: /],
    ['tokens for ever alone', { ...KEYED, AUTH_REQUIRE_EXP: false }, /^AUTH_JWKS_URL, AUTH_JWT_SECRET: /],
    ['an audience alone', { ...KEYED, AUTH_AUDIENCE: 'a' }, /^AUTH_JWKS_URL, AUTH_JWT_SECRET: /],
  ] as const)('The process refuses %s and names the settings in one line', ([, settings, line]) => {
    const { problem } = identityMode(settings)
    expect(problem).toMatch(line)
    expect(problem).not.toMatch(/\n|pk_secret/)
  })

  test('The process warns of a secret that is short enough to guess', () => {
    const modeWith = (secret: string) =>
      identityMode({ ...KEYED, ...TOKENS, AUTH_JWKS_URL: undefined, AUTH_JWT_SECRET: secret })
    expect(modeWith('x'.repeat(31))).toMatchObject({ startupLine: expect.stringContaining('can be guessed') })
    expect(modeWith('x'.repeat(32))).toMatchObject({ startupLine: expect.not.stringContaining('guessed') })
  })

  test('The process passes on the settings of tokens, and warns where exp is optional', () => {
    const settings = { ...KEYED, ...TOKENS, AUTH_REQUIRE_EXP: false, AUTH_SCOPE_CLAIM: 'roles' }
    expect(identityMode(settings)).toMatchObject({
      startupLine: expect.stringContaining('AUTH_REQUIRE_EXP is false'),
      tokens: { requireExp: false, scopeClaim: 'roles' },
    })
    expect(identityMode({ ...KEYED, ...TOKENS })).toMatchObject({
      startupLine: expect.not.stringContaining('AUTH_REQUIRE_EXP'),
      tokens: { requireExp: true },
    })
  })

  test.for([
    ['the embedded API', {}, true],
    ['the embedded API with tokens', TOKENS, true],
    ['a key of its own', KEYED, true],
    ['pass-through in development', { ...NAMED, NODE_ENV: 'development' }, true],
    ['tokens in development', { ...KEYED, ...TOKENS, NODE_ENV: 'development' }, true],
    ['pass-through behind a proxy', NAMED, false],
    ['tokens behind a proxy', { ...KEYED, ...TOKENS }, false],
  ] as const)('On a loopback address only loopback names are answered, or not: %s', ([, settings, own]) => {
    expect(identityMode({ HOST: '127.0.0.1', ...settings })).toMatchObject({ loopbackOnly: own })
    const elsewhere = identityMode({ ...settings, HOST: '0.0.0.0' })
    if (elsewhere.problem === null) expect(elsewhere.loopbackOnly).toBe(false)
  })

  test('Only an address that no other machine reaches counts as loopback', () => {
    const own = ['127.0.0.1', '127.8.0.1', '::1', 'localhost', 'LOCALHOST', '::ffff:127.0.0.1']
    const others = ['0.0.0.0', '::', '192.168.0.1', '10.0.0.1', 'gateway.test', '127.0.0.1.test', '']
    expect(own.filter((host) => !isLoopback(host))).toEqual([])
    expect(others.filter(isLoopback)).toEqual([])
  })

  test('An open gateway with a key answers only under its loopback names', async () => {
    await using gateway = await startGateway({ url: 'http://127.0.0.1:9', key: 'k', loopbackOnly: true })
    const port = new URL(gateway.url).port
    const codeFor = async (host: string) => {
      const { body } = await sendRaw(gateway.url, rawPost('{ __typename }', { host }))
      return /"code":"(\w+)"/.exec(body)?.[1]
    }
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, '[::1]:4000'])
      expect(await codeFor(host)).toBeUndefined()
    for (const host of ['rebound.test', `rebound.test:${port}`, '127.0.0.1.test', '[::ffff:8.8.8.8]'])
      expect(await codeFor(host)).toBe('CSRF_REFUSED')
  })
})
