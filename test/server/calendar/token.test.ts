import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type FeedGrant, readGrant, signGrant } from '../../../src/server/calendar/token.ts'

const NOW = Date.parse('2026-01-05T12:00:00Z')
const NEW = 'the new secret, of thirty-two signs'
const OLD = 'the old secret, of thirty-two signs'
const KEYS = { secrets: [NEW], account: 'account' } as const

const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,128}$/)
const grants: fc.Arbitrary<FeedGrant> = fc.record({
  narrowing: fc.record({ patientId: id, clinicianId: id }, { requiredKeys: [] }),
  clinicianId: id,
  show: fc.constantFrom('busy', 'titles'),
  expiresAt: fc.integer({ min: NOW + 1, max: NOW + 1e12 }),
})

describe('The token of a feed', () => {
  test('It carries its grant, narrowing included, in a path segment', () => {
    fc.assert(
      fc.property(grants, (grant) => {
        const token = signGrant(grant, KEYS)
        expect(token).toMatch(/^[\w-]+\.[\w-]+$/)
        expect(readGrant(token, KEYS, NOW)).toEqual(grant)
      }),
    )
  })

  test('A token with one sign changed, added or left out is none', () => {
    const sign = fc.constantFrom(...'ABYZabyz0189-_.')
    fc.assert(
      fc.property(grants, fc.nat(), sign, (grant, at, other) => {
        const token = signGrant(grant, KEYS)
        const place = at % token.length
        const [before, after] = [token.slice(0, place), token.slice(place + 1)]
        for (const forged of [before + other + after, before + after, before + other + token.slice(place)])
          if (forged !== token) expect(readGrant(forged, KEYS, NOW)).toBeUndefined()
      }),
    )
  })

  test('No text is a token, and none makes reading fail', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(readGrant(text, KEYS, NOW)).toBeUndefined()
      }),
    )
    expect(readGrant(`${'a'.repeat(1_000_000)}.${'b'.repeat(43)}`, KEYS, NOW)).toBeUndefined()
  })

  test('It ends when it says, and with the key of the gateway', () => {
    fc.assert(
      fc.property(grants, (grant) => {
        const token = signGrant(grant, KEYS)
        expect(readGrant(token, KEYS, grant.expiresAt - 1)).toEqual(grant)
        expect(readGrant(token, KEYS, grant.expiresAt)).toBeUndefined()
        expect(readGrant(token, { ...KEYS, account: 'other' }, NOW)).toBeUndefined()
      }),
    )
  })

  test('Of two secrets the first signs, and either is accepted', () => {
    fc.assert(
      fc.property(grants, (grant) => {
        const rotating = { secrets: [NEW, OLD], account: 'account' } as const
        const old = signGrant(grant, { ...KEYS, secrets: [OLD] })
        expect(readGrant(old, rotating, NOW)).toEqual(grant)
        expect(readGrant(old, KEYS, NOW)).toBeUndefined()
        expect(signGrant(grant, rotating)).toBe(signGrant(grant, KEYS))
      }),
    )
  })
})
