import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createGrants, type FeedGrant } from '../../../src/server/calendar/token.ts'
import { createSeal } from '../../../src/shared/redis/seal.ts'

const NOW = Date.parse('2026-01-05T12:00:00Z')
const NEW = 'the new secret, of thirty-two signs'
const OLD = 'the old secret, of thirty-two signs'
const GRANTS = createGrants({ secrets: [NEW], account: 'account' })
const OTHER_ACCOUNT = createGrants({ secrets: [NEW], account: 'other' })
const BEFORE = createGrants({ secrets: [OLD], account: 'account' })
const ROTATING = createGrants({ secrets: [NEW, OLD], account: 'account' })

const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,128}$/)
const grants: fc.Arbitrary<FeedGrant> = fc.record({
  narrowing: fc.record({ patientId: id, clinicianId: id }, { requiredKeys: [] }),
  clinicianId: id,
  show: fc.constantFrom('busy', 'titles'),
  expiresAt: fc.integer({ min: NOW + 1, max: NOW + 1e12 }),
})

describe('The token of a feed', () => {
  test('It contains its grant with the narrowing, in a path segment', () => {
    fc.assert(
      fc.property(grants, (grant) => {
        const token = GRANTS.seal(grant)
        expect(token).toMatch(/^[\w-]{1,1000}$/)
        expect(GRANTS.open(token, NOW)).toEqual(grant)
      }),
    )
  })

  test('It reveals no id, and two tokens of one grant differ', () => {
    const narrowing = { patientId: 'pat_9434765919', clinicianId: 'cli_1' }
    const grant: FeedGrant = { narrowing, clinicianId: 'cli_1', show: 'titles', expiresAt: NOW + 1 }
    const token = GRANTS.seal(grant)
    const bytes = Buffer.from(token, 'base64url').toString('latin1')
    expect(bytes).not.toMatch(/pat_|9434765919|cli_|titles/)
    expect(GRANTS.seal(grant)).not.toBe(token)
  })

  test('A token with one character changed, added or removed is invalid', () => {
    const sign = fc.constantFrom(...'ABYZabyz0189-_.=')
    fc.assert(
      fc.property(grants, fc.nat(), sign, (grant, at, other) => {
        const token = GRANTS.seal(grant)
        const place = at % token.length
        const [before, after] = [token.slice(0, place), token.slice(place + 1)]
        for (const forged of [before + other + after, before + after, before + other + token.slice(place)])
          if (forged !== token) expect(GRANTS.open(forged, NOW)).toBeUndefined()
      }),
    )
  })

  test('No other text is a valid token, and none makes the check throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(GRANTS.open(text, NOW)).toBeUndefined()
      }),
    )
    expect(GRANTS.open('a'.repeat(1_000_000), NOW)).toBeUndefined()
  })

  test('A text that the secret has encrypted for another purpose is invalid', () => {
    const fields = [null, null, 'cli_1', 'busy', NOW + 1]
    const seal = createSeal([NEW])
    for (const place of ['', 'account']) expect(GRANTS.open(seal.close(fields, place), NOW)).toBeUndefined()
  })

  test('It is invalid after its expiry, and with another key of the gateway', () => {
    fc.assert(
      fc.property(grants, (grant) => {
        const token = GRANTS.seal(grant)
        expect(GRANTS.open(token, grant.expiresAt - 1)).toEqual(grant)
        expect(GRANTS.open(token, grant.expiresAt)).toBeUndefined()
        expect(OTHER_ACCOUNT.open(token, NOW)).toBeUndefined()
      }),
    )
  })

  test('Of two secrets the first encrypts, and tokens of both are accepted', () => {
    fc.assert(
      fc.property(grants, (grant) => {
        const old = BEFORE.seal(grant)
        expect(ROTATING.open(old, NOW)).toEqual(grant)
        expect(GRANTS.open(old, NOW)).toBeUndefined()
        expect(GRANTS.open(ROTATING.seal(grant), NOW)).toEqual(grant)
      }),
    )
  })
})
