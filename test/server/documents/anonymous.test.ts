import { getIntrospectionQuery } from 'graphql'
import { describe, expect, test } from 'vitest'
import { startProduct } from '../../support/product.ts'
import { bearer, TOKENS } from '../../support/tokens.ts'

const ofLength = (length: number) => '{ nope }'.padEnd(length, '#')

describe('A document without a credential', () => {
  test.for([
    ['tokens', { tokens: TOKENS }],
    ['pass-through', { key: null }],
  ] as const)('A long document is refused before it is parsed (%s)', async ([, gateway]) => {
    await using product = await startProduct({ gateway })
    const codeOf = async (document: string, headers: Readonly<Record<string, string>> = {}) => {
      const { status, errors } = await product.query(document, {}, headers)
      return `${status} ${errors?.[0]?.extensions.code}`
    }
    // A parsed or validated document would have another error code.
    for (const document of [ofLength(4001), '{'.repeat(4001), '['.repeat(900_000)])
      expect(await codeOf(document)).toBe('401 UNAUTHENTICATED')
    expect(await codeOf(ofLength(4000))).toBe('200 GRAPHQL_VALIDATION_FAILED')
    const caller = await bearer({ scope: 'appointments:read' })
    expect(await codeOf(ofLength(4001), caller)).toBe('200 GRAPHQL_VALIDATION_FAILED')
    expect(product.takeRequests()).toEqual([])
  })

  test('The refusal names the authentication scheme', async () => {
    await using product = await startProduct({ gateway: { tokens: TOKENS } })
    const { headers } = await product.query(ofLength(4001))
    expect(headers.get('www-authenticate')).toBe('Bearer')
  })

  test('Tools may read the schema without a credential', async () => {
    await using product = await startProduct({ gateway: { key: null } })
    const everything = { specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true }
    const query = getIntrospectionQuery({ ...everything, inputValueDeprecation: true, oneOf: true })
    expect((await product.query(query)).errors).toBeUndefined()
  })

  test('An invalid token is refused before the document is parsed', async () => {
    await using product = await startProduct({ gateway: { tokens: TOKENS } })
    const { status } = await product.query('{', {}, { authorization: 'Bearer x' })
    expect(status).toBe(401)
  })
})
