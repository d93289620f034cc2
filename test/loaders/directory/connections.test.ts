import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { GraphQLResponse } from '../../support/gateway.ts'
import { type Product, startProduct } from '../../support/product.ts'
import { bearer, TOKENS } from '../../support/tokens.ts'

interface Row {
  readonly id: string
  readonly [field: string]: unknown
}

async function every(product: Product, target: string): Promise<Row[]> {
  const rows: Row[] = []
  for (let offset: number | null = 0; offset !== null; ) {
    const { body } = await product.rest(
      'GET',
      `${target}${target.includes('?') ? '&' : '?'}limit=100&offset=${offset}`,
    )
    rows.push(...body.data)
    offset = body.meta.next_offset
  }
  return rows
}

interface Page {
  readonly edges: readonly { readonly node: { readonly restId: string } }[]
  readonly pageInfo: {
    readonly hasNextPage: boolean
    readonly hasPreviousPage: boolean
    readonly startCursor: string | null
    readonly endCursor: string | null
  }
}

async function walk(product: Product, size: number, forward: boolean): Promise<string[]> {
  const seen: string[] = []
  let cursor: string | null = null
  for (;;) {
    const from = forward ? `first: ${size}, after: $c` : `last: ${size}, before: $c`
    const { data, errors }: GraphQLResponse<{ patients: Page }> = await product.query(
      `query ($c: String) { patients(${from}) {
        edges { node { restId } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      } }`,
      { c: cursor },
    )
    expect(errors).toBeUndefined()
    const { edges, pageInfo }: Page = data.patients
    const ids = edges.map(({ node }) => node.restId)
    if (forward) seen.push(...ids)
    else seen.unshift(...ids)
    if (!(forward ? pageInfo.hasNextPage : pageInfo.hasPreviousPage)) return seen
    cursor = forward ? pageInfo.endCursor : pageInfo.startCursor
  }
}

describe('The lists of people and places', () => {
  test('A page costs one request, and its names nothing more', async () => {
    await using product = await startProduct({ sandbox: { seed: 60 } })
    const { data, errors } = await product.query(`{
      clinicians(first: 3) { nodes { restId displayName isActive } pageInfo { hasNextPage } }
      locations { nodes { name townCity } totalCount }
      appointmentTypes(filter: { isActive: false }) { nodes { name } }
    }`)
    expect(errors).toBeUndefined()
    expect(product.takeRequests().sort()).toEqual([
      'GET /appointment-templates?is_active=false&limit=28&offset=0',
      'GET /clinician-profiles?limit=11&offset=0',
      'GET /locations?limit=28&offset=0',
    ])
    const clinicians = await every(product, '/clinician-profiles')
    expect(data.clinicians).toEqual({
      nodes: clinicians.slice(0, 3).map(({ id, display_name, is_active }) => ({
        restId: id,
        displayName: display_name,
        isActive: is_active,
      })),
      pageInfo: { hasNextPage: true },
    })
    expect(data.locations.totalCount).toBe(3)
    expect(data.appointmentTypes.nodes).toEqual([{ name: 'Acupuncture' }])
  })

  test('Pages of any size and direction show every patient once, in upstream order', async () => {
    await using product = await startProduct({
      sandbox: { seed: 1_300 },
      gateway: { maxUpstreamRequests: 200 },
    })
    const all = (await every(product, '/patients')).map(({ id }) => id)
    expect(all.length).toBeGreaterThan(200)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 30, max: 250 }), fc.boolean(), async (size, forward) => {
        expect(await walk(product, size, forward)).toEqual(all)
      }),
      { numRuns: 6 },
    )
    const { data } = await product.query('{ patients(first: 0) { totalCount } }')
    expect(data.patients.totalCount).toBe(all.length)
  })

  test('A patient that is registered between two pages repeats and drops nobody', async () => {
    await using product = await startProduct({ sandbox: { seed: 300 }, gateway: { cacheTtlSeconds: 0 } })
    const before = (await every(product, '/patients')).map(({ id }) => id)
    const page = (after: string | null) =>
      product.query(
        'query ($after: String) { patients(first: 20, after: $after) { nodes { restId } pageInfo { endCursor } } }',
        { after },
      )
    const idsOf = ({ data }: Awaited<ReturnType<typeof page>>) =>
      data.patients.nodes.map(({ restId }: { restId: string }) => restId)
    const first = await page(null)
    await product.rest('POST', '/patients', { first_name: 'New', last_name: 'Comer' })
    const second = await page(first.data.patients.pageInfo.endCursor)
    expect([...idsOf(first), ...idsOf(second)]).toEqual(before.slice(0, 40))
  })

  test.each([
    [
      'clinicians',
      'clinician-profiles',
      'filter: { isActive: true, isBookableOnline: false }',
      'is_active=true&is_bookable_online=false',
    ],
    ['clinicians', 'clinician-profiles', 'filter: { search: "lindqvist maya" }', 'search=lindqvist%20maya'],
    ['locations', 'locations', 'filter: { search: "mill", isActive: false }', 'is_active=false&search=mill'],
    ['appointmentTypes', 'appointment-templates', 'filter: { isActive: true }', 'is_active=true'],
    ['patients', 'patients', 'search: "Priya"', 'search=Priya'],
  ])('%s of %s with (%s) is the filter of the upstream', async (field, path, args, query) => {
    await using product = await startProduct({ sandbox: { seed: 600 } })
    const expected = await every(product, `/${path}?${query}`)
    expect(expected).not.toEqual([])
    const { data, errors } = await product.query(`{ ${field}(first: 50, ${args}) { nodes { restId } } }`)
    expect(errors).toBeUndefined()
    expect(data[field].nodes.map(({ restId }: Record<string, string>) => restId)).toEqual(
      expected.map(({ id }) => id),
    )
    expect(product.takeRequests()).toEqual([`GET /${path}?${query}&limit=58&offset=0`])
  })

  test('Clinicians of a location are found by its global id too', async () => {
    await using product = await startProduct({ sandbox: { seed: 60 } })
    const [site] = await every(product, '/locations?is_active=true')
    const id = Buffer.from(`Location:${site?.id}`).toString('base64')
    await product.query(`{ clinicians(filter: { locationId: "${id}" }) { nodes { name } } }`)
    expect(product.takeRequests()).toEqual([
      `GET /clinician-profiles?location_id=${site?.id}&limit=28&offset=0`,
    ])
  })

  test.each([
    ['clinicians(filter: { search: " " })', 'filter.search'],
    ['patients(search: "")', 'search'],
    ['patients(search: "a\\u0000")', 'search'],
    ['patients(first: 501)', 'first'],
    ['clinicians(after: "x")', 'after'],
    ['clinicians(filter: { locationId: "../x" })', 'filter.locationId'],
  ])('%s is refused, and nothing is asked', async (field, argument) => {
    await using product = await startProduct({ sandbox: { seed: 0 } })
    const { errors } = await product.query(`{ ${field} { nodes { id } } }`)
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument })
    expect(product.takeRequests()).toEqual([])
  })

  test('A cursor of one list is not taken for the same place of another', async () => {
    await using product = await startProduct({ sandbox: { seed: 60 } })
    const { data } = await product.query('{ clinicians(first: 1) { pageInfo { endCursor } } }')
    const { endCursor } = data.clinicians.pageInfo
    const { errors } = await product.query(
      'query ($c: String) { locations(first: 1, after: $c) { nodes { id } } clinicians(filter: { isActive: true }, after: $c) { nodes { id } } }',
      { c: endCursor },
    )
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT', 'BAD_USER_INPUT'])
  })

  test('The estimate prices a list, and what its rows may leave out', async () => {
    await using product = await startProduct({ sandbox: { seed: 60 } })
    const estimate = async (document: string) =>
      (await product.query(document, {}, { 'x-estimate-only': '1' })).extensions as unknown
    const list = '{ clinicians(first: 10) { nodes { restId } } }'
    expect(await estimate(list)).toMatchObject({ estimate: { min: 1, max: 1 } })
    const names = '{ clinicians(first: 10) { nodes { name role appointments(first: 1) { nodes { id } } } } }'
    expect(await estimate(names)).toMatchObject({ estimate: { min: 1, max: 21 } })
    await product.query(list)
    expect(await estimate(list)).toMatchObject({ estimate: { min: 0, max: 0 } })
    expect(await estimate('{ patients(first: 250) { nodes { restId } totalCount } }')).toMatchObject({
      estimate: { min: 1, max: 37 },
    })
  })
})

describe('A narrowed caller and the lists', () => {
  test('finds no patient by a list, and every clinician', async () => {
    await using product = await startProduct({ sandbox: { seed: 60 }, gateway: { tokens: TOKENS } })
    const scope = 'appointments:read'
    const [patient] = await every(product, '/patients')
    const [clinician] = await every(product, '/clinician-profiles')
    await product.query('{ patients { nodes { lastName } } }', {}, await bearer({ scope }))
    product.takeRequests()
    for (const claims of [{ patient_id: patient?.id }, { clinician_id: clinician?.id }]) {
      const caller = await bearer({ scope, ...claims })
      const { data, errors } = await product.query(
        '{ patients { nodes { lastName } totalCount } }',
        {},
        caller,
      )
      expect(data).toEqual({ patients: null })
      expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'FORBIDDEN' }])
      const listed = await product.query('{ clinicians { nodes { name } } }', {}, caller)
      expect(listed.data.clinicians.nodes).toHaveLength(5)
    }
    expect(product.takeRequests()).toEqual(['GET /clinician-profiles?limit=28&offset=0'])
  })
})
