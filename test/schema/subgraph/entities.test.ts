import { describe, expect, test } from 'vitest'
import { toGlobalId } from '../../../src/schema/global-id.ts'
import type { GatewayTestOptions } from '../../support/gateway.ts'
import { type Product, startProduct } from '../../support/product.ts'
import { bearer, TOKENS } from '../../support/tokens.ts'

const ENTITIES = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    __typename
    ... on Node { id }
    ... on Appointment { restId title attendeeName }
    ... on Patient { restId }
  }
}`
const KINDS_OF_REFERENCE = ['Patient', 'Clinician', 'AppointmentType', 'Location'] as const

interface Representation {
  readonly __typename: string
  readonly id?: unknown
  readonly restId?: unknown
}

async function startSubgraph(gateway: GatewayTestOptions = {}) {
  const product = await startProduct({ sandbox: { seed: 20 }, gateway: { federation: true, ...gateway } })
  const { body } = await product.rest('GET', '/appointments?limit=20')
  const rows: readonly { readonly id: string; readonly title: string; readonly patient_id: string }[] =
    body.data
  return {
    product,
    rows,
    ids: rows.map(({ id }) => id),
    [Symbol.asyncDispose]: () => product[Symbol.asyncDispose](),
  }
}

function entities(
  product: Product,
  representations: readonly unknown[],
  headers: Readonly<Record<string, string>> = {},
) {
  return product.query(ENTITIES, { representations }, headers)
}

describe('`_entities`', () => {
  test('Each type is found by its id and by its restId', async () => {
    await using subgraph = await startSubgraph()
    const { product, ids } = subgraph
    const restIdOf = { Appointment: ids[0] ?? '', Patient: 'p', Clinician: 'c', AppointmentType: 't' }
    const objects = Object.entries({ ...restIdOf, Location: 'l' })
    const representations = objects.flatMap(([__typename, restId]) => [
      { __typename, restId },
      { __typename, id: toGlobalId(__typename as 'Patient', restId) },
    ])
    const { data, errors } = await entities(product, representations)
    expect(errors).toBeUndefined()
    expect(data._entities.map(({ __typename, id }: Representation) => `${__typename} ${id}`)).toEqual(
      objects.flatMap(([kind, restId]) => Array(2).fill(`${kind} ${toGlobalId(kind as 'Patient', restId)}`)),
    )
    expect(product.takeRequests()).toEqual([`GET /appointments/${ids[0]}`])
  })

  test('A hundred references cost no upstream request', async () => {
    await using subgraph = await startSubgraph()
    const representations = Array.from({ length: 100 }, (_, index) => ({
      __typename: KINDS_OF_REFERENCE[index % 4],
      restId: `r${index}`,
    }))
    const { data, errors, headers } = await entities(subgraph.product, representations)
    expect(errors).toBeUndefined()
    expect(data._entities.length).toBe(100)
    expect(data._entities[99]).toEqual({ __typename: 'Location', id: toGlobalId('Location', 'r99') })
    expect(headers.get('x-upstream-requests')).toBe('0')
    expect(subgraph.product.takeRequests()).toEqual([])
  })

  test('Equal keys are one upstream request, in any spelling', async () => {
    await using subgraph = await startSubgraph()
    const [a = '', b = ''] = subgraph.ids
    const representations = [
      { __typename: 'Appointment', restId: a },
      { __typename: 'Appointment', restId: b },
      { __typename: 'Appointment', id: toGlobalId('Appointment', a) },
      { __typename: 'Appointment', id: toGlobalId('Appointment', a).replace(/=+$/, '') },
      { __typename: 'Appointment', id: toGlobalId('Appointment', b), restId: 'another' },
    ]
    const { data, errors } = await entities(subgraph.product, representations)
    expect(errors).toBeUndefined()
    expect(data._entities.map(({ restId }: Representation) => restId)).toEqual([a, b, a, a, b])
    expect(data._entities[0].title).toBe(subgraph.rows[0]?.title)
    expect(subgraph.product.takeRequests()).toEqual([`GET /appointments/${a}`, `GET /appointments/${b}`])
  })

  test('A bad representation costs its own item, with a code and its place', async () => {
    await using subgraph = await startSubgraph()
    const { product, ids } = subgraph
    const [restId = ''] = ids
    const bad: readonly (readonly [representation: unknown, argument: string])[] = [
      [{ __typename: 'Invoice', restId }, '__typename'],
      [{ __typename: 'Node', restId }, '__typename'],
      [{ __typename: 'toString', restId }, '__typename'],
      [{ restId }, '__typename'],
      ['Patient', '__typename'],
      [7, '__typename'],
      [[{ __typename: 'Patient', restId }], '__typename'],
      [{ __typename: 'Patient' }, 'restId'],
      [{ __typename: 'Patient', restId: '../x' }, 'restId'],
      [{ __typename: 'Patient', restId: 7 }, 'restId'],
      [{ __typename: 'Patient', restId: null, id: null }, 'restId'],
      [{ __typename: 'Patient', restId: toGlobalId('Patient', 'p') }, 'restId'],
      [{ __typename: 'Patient', id: 'p' }, 'id'],
      [{ __typename: 'Patient', id: { not: 'text' }, restId }, 'id'],
      [{ __typename: 'Patient', id: toGlobalId('Clinician', 'c') }, 'id'],
      [{ __typename: 'Appointment', id: toGlobalId('Patient', 'p') }, 'id'],
    ]
    const good = { __typename: 'Patient', restId: 'p' }
    const { data, errors } = await entities(product, [good, ...bad.map(([each]) => each), good])
    expect(data._entities).toEqual([
      { __typename: 'Patient', id: toGlobalId('Patient', 'p'), restId: 'p' },
      ...bad.map(() => null),
      { __typename: 'Patient', id: toGlobalId('Patient', 'p'), restId: 'p' },
    ])
    expect(errors?.map(({ path, extensions }) => ({ path, extensions }))).toEqual(
      bad.map(([, argument], index) => ({
        path: ['_entities', index + 1],
        extensions: {
          code: 'BAD_USER_INPUT',
          argument: `representations.${index + 1}.${argument}`,
        },
      })),
    )
    expect(product.takeRequests()).toEqual([])
  })

  test('An appointment that does not exist is null without an error, as for `node`', async () => {
    await using subgraph = await startSubgraph()
    const [restId = ''] = subgraph.ids
    const { data, errors } = await entities(subgraph.product, [
      { __typename: 'Appointment', restId: 'missing' },
      { __typename: 'Appointment', restId },
    ])
    expect(errors).toBeUndefined()
    expect([data._entities[0], data._entities[1].restId]).toEqual([null, restId])
  })

  test('Representations in the text of the document are read like those in a variable', async () => {
    await using subgraph = await startSubgraph()
    const [restId] = subgraph.ids
    const { data, errors } = await subgraph.product.query(
      `query ($restId: ID!) { _entities(representations: [
        { __typename: "Appointment", restId: $restId }, { __typename: "Patient", restId: "p" }, true
      ]) { ... on Appointment { restId } ... on Patient { restId } } }`,
      { restId },
    )
    expect(data._entities).toEqual([{ restId }, { restId: 'p' }, null])
    expect(errors?.map(({ path }) => path)).toEqual([['_entities', 2]])
    expect(subgraph.product.takeRequests()).toEqual([`GET /appointments/${restId}`])
  })

  test('MAX_NODE_IDS bounds the list, and no upstream request is sent', async () => {
    await using subgraph = await startSubgraph({ limits: { MAX_NODE_IDS: 2 } })
    const [restId] = subgraph.ids
    const representation = { __typename: 'Appointment', restId }
    const { data, errors } = await entities(subgraph.product, Array(3).fill(representation))
    expect(data).toBeNull()
    expect(errors?.map(({ path, extensions }) => ({ path, extensions }))).toEqual([
      {
        path: ['_entities'],
        extensions: { code: 'LIMIT_EXCEEDED', limit: { name: 'MAX_NODE_IDS', max: 2 } },
      },
    ])
    expect(subgraph.product.takeRequests()).toEqual([])
    const fits = await entities(subgraph.product, Array(2).fill(representation))
    expect(fits.errors).toBeUndefined()
    expect(subgraph.product.takeRequests()).toEqual([`GET /appointments/${restId}`])
  })

  test("For a narrowed caller another patient's appointment is missing", async () => {
    await using subgraph = await startSubgraph({ tokens: TOKENS })
    const [own] = subgraph.rows
    const other = subgraph.rows.find((row) => row.patient_id !== own?.patient_id)
    const caller = await bearer({ sub: 'p', scope: 'appointments:read', patient_id: own?.patient_id })
    const representations = [own?.id, other?.id, 'missing'].map((restId) => ({
      __typename: 'Appointment',
      restId,
    }))
    const { data, errors } = await entities(subgraph.product, representations, caller)
    expect(errors).toBeUndefined()
    expect(data._entities.map((each: Representation | null) => each?.restId)).toEqual([
      own?.id,
      undefined,
      undefined,
    ])
  })

  test('A caller without a credential gets references, and no appointment', async () => {
    await using subgraph = await startSubgraph({ tokens: TOKENS })
    const [restId] = subgraph.ids
    const { data, errors } = await entities(subgraph.product, [
      { __typename: 'Patient', restId: 'p' },
      { __typename: 'Appointment', restId },
    ])
    expect(data._entities.map((each: Representation | null) => each?.restId)).toEqual(['p', undefined])
    expect(errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [['_entities', 1], 'UNAUTHENTICATED'],
    ])
    expect(subgraph.product.takeRequests()).toEqual([])
  })

  test('The estimate prices it like `nodes`: each different appointment once', async () => {
    await using subgraph = await startSubgraph()
    const representations = [
      { __typename: 'Appointment', restId: 'a' },
      { __typename: 'Appointment', id: toGlobalId('Appointment', 'a') },
      { __typename: 'Appointment', restId: 'b' },
      { __typename: 'Patient', restId: 'p' },
      { __typename: 'Invoice', restId: 'i' },
      7,
    ]
    const document = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
      ... on Appointment { restId } ... on Patient { appointments(first: 5) { nodes { id } } }
    } }`
    const { data, extensions } = await subgraph.product.query(document, { representations }, ONLY_ESTIMATE)
    expect(data).toBeNull()
    expect(extensions).toMatchObject({ estimate: { min: 3, max: 3 } })
    const many = Array.from({ length: 61 }, (_, index) => ({
      __typename: 'Appointment',
      restId: `a${index}`,
    }))
    const { errors } = await entities(subgraph.product, many)
    expect(errors?.map((error) => error.extensions)).toEqual([
      { code: 'QUERY_TOO_COSTLY', estimate: { min: 61, max: 61 }, costliest: '_entities' },
    ])
    expect(subgraph.product.takeRequests()).toEqual([])
  })

  test('A gateway that is not a subgraph has neither of the two fields', async () => {
    await using subgraph = await startSubgraph({ federation: false })
    for (const document of [ENTITIES, '{ _service { sdl } }']) {
      const { status, errors } = await subgraph.product.query(document, { representations: [] })
      expect(status).toBe(200)
      expect(errors?.map(({ extensions }) => extensions.code)).toContain('GRAPHQL_VALIDATION_FAILED')
    }
  })
})

const ONLY_ESTIMATE = { 'x-estimate-only': '1' }
