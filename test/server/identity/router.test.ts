import { describe, expect, test } from 'vitest'
import { createGateway } from '../../../src/server/gateway.ts'
import type { GatewayTestOptions } from '../../support/gateway.ts'
import { startProduct } from '../../support/product.ts'

const SECRET = 'a-secret-of-the-router'
const ROUTER = { 'x-federation-secret': SECRET }
const ENTITIES = `query ($restId: ID!) {
  _entities(representations: [{ __typename: "Appointment", restId: $restId }]) { ... on Appointment { restId } }
}`
const FOR_ROUTERS = [
  '{ _service { sdl } }',
  '{ other: _service { __typename } }',
  '{ ...F } fragment F on Query { ... { _entities(representations: []) { __typename } } }',
]

async function startSubgraph(gateway: GatewayTestOptions = {}) {
  const product = await startProduct({
    sandbox: { seed: 3 },
    gateway: { federation: true, federationSecret: SECRET, ...gateway },
  })
  const { body } = await product.rest('GET', '/appointments?limit=1')
  return {
    product,
    restId: body.data[0].id as string,
    [Symbol.asyncDispose]: () => product[Symbol.asyncDispose](),
  }
}

describe('The secret of the router', () => {
  test('Without it, or with another one, a document with fields for routers is refused', async () => {
    await using subgraph = await startSubgraph()
    const { product, restId } = subgraph
    for (const headers of [{}, ...['', 'x', `${SECRET}x`].map((each) => ({ 'x-federation-secret': each }))])
      for (const document of [ENTITIES, ...FOR_ROUTERS]) {
        const { status, data, errors } = await product.query(document, { restId }, headers)
        expect([status, data, errors?.map(({ extensions }) => extensions)]).toEqual([
          403,
          undefined,
          [{ code: 'FORBIDDEN' }],
        ])
        expect(JSON.stringify(errors)).not.toContain(SECRET)
      }
    expect(product.takeRequests()).toEqual([])
  })

  test('With it the fields for routers are answered, and other fields need no secret', async () => {
    await using subgraph = await startSubgraph()
    const { product, restId } = subgraph
    for (const document of FOR_ROUTERS) {
      const { errors } = await product.query(document, {}, ROUTER)
      expect(errors).toBeUndefined()
    }
    const { data } = await product.query(ENTITIES, { restId }, ROUTER)
    expect(data._entities).toEqual([{ restId }])
    const other = await product.query(`{ appointment(id: "${restId}") { restId } }`)
    expect(other.data.appointment).toEqual({ restId })
    expect(product.takeRequests()).toEqual([`GET /appointments/${restId}`])
  })

  test("A router's cached answer is not given to other callers", async () => {
    await using subgraph = await startSubgraph()
    const { product, restId } = subgraph
    const first = await product.query(ENTITIES, { restId }, ROUTER)
    expect(first.errors).toBeUndefined()
    const others = await product.query(ENTITIES, { restId })
    expect([others.status, others.data]).toEqual([403, undefined])
    const estimate = await product.query(ENTITIES, { restId }, { 'x-estimate-only': '1' })
    expect([estimate.status, estimate.extensions]).toMatchObject([403, {}])
    expect(estimate.extensions).not.toHaveProperty('estimate')
  })

  test('Without a configured secret every caller may select the fields for routers', async () => {
    await using subgraph = await startSubgraph({ federationSecret: null })
    for (const document of FOR_ROUTERS)
      expect((await subgraph.product.query(document)).errors).toBeUndefined()
  })

  test('A secret that is short enough to guess is refused at the start', () => {
    expect(() =>
      createGateway({ url: 'http://127.0.0.1', federation: true, federationSecret: 'short' }),
    ).toThrow('16 characters at least')
  })
})

describe('A closed schema', () => {
  test('`_service` answers where introspection is closed', async () => {
    await using subgraph = await startSubgraph({ introspection: false })
    const service = await subgraph.product.query('{ _service { sdl } }', {}, ROUTER)
    expect(service.data._service.sdl).toMatch(/^extend schema @link/)
    const { errors } = await subgraph.product.query('{ __type(name: "Query") { name } }', {}, ROUTER)
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['GRAPHQL_VALIDATION_FAILED'])
    expect(errors?.[0]?.message).toContain('introspection')
  })

  test('With trusted documents only, a router is refused too', async () => {
    await using subgraph = await startSubgraph({
      trustedDocuments: new Map([['h', '{ __typename }']]),
      trustedDocumentsOnly: true,
    })
    const { errors } = await subgraph.product.query('{ _service { sdl } }', {}, ROUTER)
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['DOCUMENT_NOT_TRUSTED'])
  })

  test('The limits of documents apply to routers', async () => {
    await using subgraph = await startSubgraph({ limits: { MAX_ROOT_FIELDS: 1, MAX_VARIABLES_BYTES: 100 } })
    const { product } = subgraph
    const wide = await product.query('{ a: _service { sdl } b: _service { sdl } }', {}, ROUTER)
    expect(wide.errors?.map(({ extensions }) => extensions.limit)).toEqual([
      { name: 'MAX_ROOT_FIELDS', max: 1 },
    ])
    const long = await product.query(ENTITIES, { restId: 'x'.repeat(100) }, ROUTER)
    expect(long.errors?.map(({ extensions }) => extensions.limit)).toEqual([
      { name: 'MAX_VARIABLES_BYTES', max: 100 },
    ])
  })
})
