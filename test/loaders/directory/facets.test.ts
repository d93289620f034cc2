import { describe, expect, test } from 'vitest'
import type { Appointment } from '../../../src/contract/appointment.ts'
import type { SandboxOptions } from '../../../src/sandbox/server.ts'
import { startGateway } from '../../support/gateway.ts'
import { type Product, startProduct } from '../../support/product.ts'
import { type ScriptedAnswer, startScriptedUpstream } from '../../support/scripted-upstream.ts'
import { bearer, TOKENS } from '../../support/tokens.ts'

const NOW = new Date('2026-01-05T12:00:00Z')
const clock = () => NOW

/** The requests, by what they ask for. */
function kindsOf(requests: readonly string[]) {
  return {
    pages: requests.filter((line) => /^GET \/appointments\?(?!clinician_id|location_id)/.test(line)).length,
    facets: requests.filter((line) => /^GET \/appointments\?(clinician_id|location_id)/.test(line)).length,
    singles: requests.filter((line) => /^GET \/appointments\/\w/.test(line)).length,
    directories: requests.filter((line) => !line.startsWith('GET /appointments')).length,
  }
}

async function wholeRows(product: Product, query: string): Promise<Map<string, Appointment>> {
  const { body } = await product.rest('GET', `/appointments?${query}`)
  const rows = await Promise.all(
    body.data.map(
      async ({ id }: { id: string }) => (await product.rest('GET', `/appointments/${id}`)).body.data,
    ),
  )
  product.takeRequests()
  return new Map(rows.map((row) => [row.id, row]))
}

const PAGE =
  '{ appointments(first: 50) { nodes { restId clinician { restId } location { restId } appointmentType { restId } } } }'

describe('Rows that lack whom and where they name', () => {
  test.for<SandboxOptions>([
    {},
    { order: 'start_desc' },
    { order: 'created_desc' },
    { ids: 'uuid' },
    { inactive: 'hidden' },
    { seed: 3_000 },
  ])('Their clinicians, sites and types are those that single reads show: %j', async (sandbox) => {
    await using product = await startProduct({ sandbox: { clock, ...sandbox } })
    const rows = await wholeRows(product, 'limit=50')
    const { data, errors } = await product.query(PAGE)
    expect(errors).toBeUndefined()
    expect(data.appointments.nodes).toHaveLength(50)
    for (const { restId, clinician, location, appointmentType } of data.appointments.nodes) {
      const row = rows.get(restId)
      expect([clinician.restId, location?.restId ?? null, appointmentType.restId]).toEqual([
        row?.clinician_profile_id,
        row?.location_id,
        row?.appointment_type_id,
      ])
    }
    expect(product.takeRequests().length).toBeLessThan(51)
  })

  test('A row that names no site is in no list of one, and is read by itself', async () => {
    await using product = await startProduct({ sandbox: { clock } })
    const rows = await wholeRows(product, 'limit=50')
    const remote = [...rows.values()].filter(({ location_id }) => location_id === null)
    const { data } = await product.query('{ appointments(first: 50) { nodes { restId location { name } } } }')
    for (const { restId, location } of data.appointments.nodes)
      expect(location === null).toBe(rows.get(restId)?.location_id === null)
    expect(kindsOf(product.takeRequests())).toEqual({
      pages: 1,
      facets: 3,
      singles: remote.length,
      directories: 1,
    })
  })

  test('The entries that had most appointments come first the next time', async () => {
    // Of the eight in the directory, two have appointments.
    await using upstream = await startScriptedUpstream(({ line }): ScriptedAnswer => {
      const { pathname, searchParams } = new URL(line.slice(4), 'http://x')
      if (pathname === '/clinician-profiles')
        return { body: { data: 'abcdefgh'.split('').map((id) => ({ id })), meta: { has_more: false } } }
      const of = searchParams.get('clinician_id')
      const rows = of === null || of === 'd' || of === 'h' ? visits(30, of ?? undefined) : []
      return { body: { data: rows, meta: { has_more: false } } }
    })
    await using gateway = await startGateway({ url: upstream.url, key: 'k', cacheTtlSeconds: 0 })
    const facetsAsked = async () => {
      const before = upstream.requests.length
      await gateway.query('{ appointments(first: 30) { nodes { clinician { restId } } } }')
      const lines = upstream.requests.slice(before).map(({ line }) => line)
      return lines.map((line) => /clinician_id=(\w)/.exec(line)?.[1]).filter((id) => id !== undefined)
    }
    expect(await facetsAsked()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])
    expect((await facetsAsked()).slice(0, 2).sort()).toEqual(['d', 'h'])
  })

  test('Where another field needs the whole rows, these are all that is read', async () => {
    await using product = await startProduct({ sandbox: { clock } })
    await product.query('{ appointments(first: 20) { nodes { clinician { restId } attendeeName } } }')
    expect(kindsOf(product.takeRequests())).toEqual({ pages: 1, facets: 0, singles: 20, directories: 0 })
  })

  test('A few rows are read by themselves, and full rows need nothing', async () => {
    await using product = await startProduct({ sandbox: { clock } })
    await product.query('{ appointments(first: 7) { nodes { clinician { restId } } } }')
    expect(kindsOf(product.takeRequests())).toEqual({ pages: 1, facets: 0, singles: 7, directories: 0 })
    await using full = await startProduct({ sandbox: { clock, listRows: 'full' } })
    await full.query(PAGE)
    expect(kindsOf(full.takeRequests())).toEqual({ pages: 1, facets: 0, singles: 0, directories: 0 })
  })

  test('Two references cost the lists of both, while these are fewer than the rows', async () => {
    await using product = await startProduct({ sandbox: { clock } })
    const both = '{ appointments(first: 12) { nodes { clinician { restId } location { restId } } } }'
    await product.query(both)
    // Five clinicians and three sites: not fewer than twelve rows with the directories.
    expect(kindsOf(product.takeRequests())).toMatchObject({ pages: 1, directories: 2 })
    await using bigger = await startProduct({ sandbox: { clock } })
    await bigger.query(both.replace('12', '50'))
    const { facets, singles } = kindsOf(bigger.takeRequests())
    expect(facets).toBeGreaterThanOrEqual(6)
    expect(facets + singles).toBeLessThan(50)
  })

  test('The seven days of a week learn their clinicians by one span', async () => {
    await using product = await startProduct({ sandbox: { clock } })
    const days = ['05', '06', '07', '08', '09'].map(
      (day) =>
        `d${day}: appointments(first: 50, filter: { startTime: { gte: "2026-01-${day}T00:00:00Z", lte: "2026-01-${day}T23:59:59Z" } }) { nodes { clinician { displayName } } }`,
    )
    const { data, errors } = await product.query(`{ ${days.join(' ')} }`)
    expect(errors).toBeUndefined()
    expect(data.d05.nodes[0].clinician.displayName).toEqual(expect.any(String))
    expect(kindsOf(product.takeRequests())).toEqual({ pages: 1, facets: 4, singles: 0, directories: 1 })
  })

  test('The conditions of the page are those of the lists', async () => {
    await using product = await startProduct({ sandbox: { clock, seed: 3_000 } })
    await product.query(
      '{ appointments(first: 40, filter: { status: [COMPLETED, NO_SHOW] }) { nodes { clinician { restId } } } }',
    )
    const facets = product.takeRequests().filter((line) => line.includes('clinician_id='))
    expect(facets).toHaveLength(4)
    for (const line of facets) expect(line).toContain('status_in=completed%2Cno_show')
  })
})

describe('Learning stops', () => {
  test('where a wave of lists finds fewer rows than it costs', async () => {
    await using upstream = await startScriptedUpstream(({ line }): ScriptedAnswer => {
      const { pathname, searchParams } = new URL(line.slice(4), 'http://x')
      if (pathname === '/clinician-profiles')
        return { body: { data: 'abcdefgh'.split('').map((id) => ({ id })), meta: { has_more: false } } }
      const id = /^\/appointments\/(.+)$/.exec(pathname)?.[1]
      if (id !== undefined)
        return { body: { data: { ...visit(0), id, clinician_profile_id: 'z' }, meta: {} } }
      const rows = searchParams.has('clinician_id') ? [] : visits(20)
      return { body: { data: rows, meta: { has_more: false } } }
    })
    await using gateway = await startGateway({ url: upstream.url, key: 'k' })
    const { data } = await gateway.query('{ appointments(first: 20) { nodes { clinician { restId } } } }')
    for (const { clinician } of data.appointments.nodes) expect(clinician.restId).toBe('z')
    expect(kindsOf(upstream.requests.map(({ line }) => line))).toEqual({
      pages: 1,
      facets: 4,
      singles: 20,
      directories: 1,
    })
  })

  /** Rows without a site; `clinicians` and `sites` are the sizes of the directories. */
  async function startSiteless(rows: number, sizes: { clinicians: number; sites: number }) {
    const upstream = await startScriptedUpstream(({ line }): ScriptedAnswer => {
      const { pathname, searchParams } = new URL(line.slice(4), 'http://x')
      const id = /^\/appointments\/v(\d+)$/.exec(pathname)?.[1]
      const whole = { clinician_profile_id: `c${Number(id) % sizes.clinicians}`, location_id: null }
      if (id !== undefined) return { body: { data: { ...visit(Number(id)), ...whole }, meta: {} } }
      const offset = Number(searchParams.get('offset'))
      const pageOf = (all: object[]) => ({
        body: { data: all.slice(offset, offset + 100), meta: { has_more: offset + 100 < all.length } },
      })
      const entries = (count: number, name: string) =>
        Array.from({ length: count }, (_, index) => ({ id: `${name}${index}` }))
      if (pathname === '/clinician-profiles') return pageOf(entries(sizes.clinicians, 'c'))
      if (pathname === '/locations') return pageOf(entries(sizes.sites, 's'))
      if (searchParams.has('location_id')) return pageOf([])
      const of = /^c(\d+)$/.exec(searchParams.get('clinician_id') ?? '')?.[1]
      const all = Array.from({ length: rows }, (_, index) => index)
      return pageOf(
        all
          .filter((index) => of === undefined || index % sizes.clinicians === Number(of))
          .map((index) => visit(index)),
      )
    })
    const gateway = await startGateway({ url: upstream.url, key: 'k' })
    return {
      gateway,
      kinds: () => kindsOf(upstream.requests.map(({ line }) => line)),
      async [Symbol.asyncDispose]() {
        await gateway[Symbol.asyncDispose]()
        await upstream[Symbol.asyncDispose]()
      },
    }
  }

  test('where what it spends would leave no room for rows that fit the ceiling', async () => {
    await using clinic = await startSiteless(55, { clinicians: 4, sites: 8 })
    const { errors } = await clinic.gateway.query(
      '{ appointments(first: 55) { nodes { location { restId } } } }',
    )
    expect(errors).toBeUndefined()
    expect(clinic.kinds()).toMatchObject({ pages: 1, facets: 0, singles: 55 })
  })

  test('where a directory turns out to be large, after its first page', async () => {
    await using clinic = await startSiteless(50, { clinicians: 450, sites: 8 })
    const { errors } = await clinic.gateway.query(
      '{ appointments(first: 50) { nodes { clinician { restId } } } }',
    )
    expect(errors).toBeUndefined()
    expect(clinic.kinds()).toEqual({ pages: 1, facets: 0, singles: 50, directories: 1 })
  })

  test('where of two references one is never there: no row is saved by the other', async () => {
    await using clinic = await startSiteless(40, { clinicians: 10, sites: 8 })
    await clinic.gateway.query(
      '{ appointments(first: 40) { nodes { clinician { restId } location { restId } } } }',
    )
    const { singles, facets } = clinic.kinds()
    expect(singles).toBe(40)
    expect(facets).toBeLessThanOrEqual(8)
  })

  test('where a row is in two lists: it has moved, and is read by itself', async () => {
    await using upstream = await startScriptedUpstream(({ line }): ScriptedAnswer => {
      const { pathname, searchParams } = new URL(line.slice(4), 'http://x')
      if (pathname === '/clinician-profiles')
        return { body: { data: [{ id: 'a' }, { id: 'b' }], meta: { has_more: false } } }
      if (pathname === '/appointments/v3')
        return { body: { data: { ...visit(3), clinician_profile_id: 'b' }, meta: {} } }
      const of = searchParams.get('clinician_id')
      const rows = of === 'b' ? [visit(3)] : visits(10)
      return { body: { data: rows, meta: { has_more: false } } }
    })
    await using gateway = await startGateway({ url: upstream.url, key: 'k' })
    const { data } = await gateway.query(
      '{ appointments(first: 10) { nodes { restId clinician { restId } } } }',
    )
    for (const { restId, clinician } of data.appointments.nodes)
      expect(clinician.restId).toBe(restId === 'v3' ? 'b' : 'a')
    expect(kindsOf(upstream.requests.map(({ line }) => line))).toMatchObject({ facets: 2, singles: 1 })
  })

  test('A list that is cut off counts for the rows that it shows', async () => {
    await using upstream = await startScriptedUpstream(({ line }): ScriptedAnswer => {
      const { pathname, searchParams } = new URL(line.slice(4), 'http://x')
      if (pathname === '/clinician-profiles')
        return { body: { data: [{ id: 'a' }], meta: { has_more: false } } }
      const id = /^\/appointments\/(.+)$/.exec(pathname)?.[1]
      if (id !== undefined)
        return { body: { data: { ...visit(0), id, clinician_profile_id: 'a' }, meta: {} } }
      const isFacet = searchParams.has('clinician_id')
      return { body: { data: visits(isFacet ? 12 : 20), meta: { has_more: isFacet } } }
    })
    await using gateway = await startGateway({ url: upstream.url, key: 'k' })
    const { data } = await gateway.query('{ appointments(first: 20) { nodes { clinician { restId } } } }')
    expect(new Set(data.appointments.nodes.map((row: Row) => row.clinician.restId))).toEqual(new Set(['a']))
    expect(kindsOf(upstream.requests.map(({ line }) => line))).toMatchObject({ facets: 1, singles: 8 })
  })

  test('before the ceiling, and makes pages possible that single reads are not', async () => {
    await using product = await startProduct({ sandbox: { clock } })
    const hundred = '{ appointments(first: 100) { nodes { clinician { displayName } } } }'
    expect((await product.query(hundred)).errors).toBeUndefined()
    expect(product.takeRequests().length).toBeLessThanOrEqual(7)
    await using tight = await startProduct({ sandbox: { clock }, gateway: { maxUpstreamRequests: 4 } })
    const { errors } = await tight.query(hundred)
    expect(errors?.[0]?.extensions.code).toBe('QUERY_TOO_COSTLY')
    expect(kindsOf(tight.takeRequests())).toEqual({ pages: 1, facets: 0, singles: 0, directories: 1 })
  })

  test('where the key may not read the directory, which is asked once', async () => {
    const keys = [{ key: 'pk', organisation: 'o', scopes: ['read_appointments'] }] as const
    await using product = await startProduct({ sandbox: { clock, keys } })
    const ids = '{ appointments(first: 20) { nodes { clinician { restId } } } }'
    expect((await product.query(ids)).errors).toBeUndefined()
    expect(kindsOf(product.takeRequests())).toEqual({ pages: 1, facets: 0, singles: 20, directories: 1 })
    await product.query(ids.replace('20', '21'))
    expect(kindsOf(product.takeRequests())).toMatchObject({ facets: 0, directories: 0 })
  })

  test('A list that fails leaves its rows to single reads', async () => {
    await using product = await startProduct({ sandbox: { clock, faults: true } })
    const rows = await wholeRows(product, 'limit=20')
    await product.rest('POST', '/_faults', { route: 'GET /appointments', delay_ms: 0 })
    await product.rest('POST', '/_faults', { route: 'GET /appointments', status: 500, times: 4 })
    const { data, errors } = await product.query(
      '{ appointments(first: 20) { nodes { restId clinician { restId } } } }',
    )
    expect(errors).toBeUndefined()
    for (const { restId, clinician } of data.appointments.nodes)
      expect(clinician.restId).toBe(rows.get(restId)?.clinician_profile_id)
    expect(kindsOf(product.takeRequests())).toMatchObject({ facets: 4, singles: 20 })
  })
})

test('A narrowed caller is never widened: its lists are its own, and no others', async () => {
  await using product = await startProduct({ sandbox: { clock, seed: 60 }, gateway: { tokens: TOKENS } })
  const visitsOf = Map.groupBy(
    (await product.rest('GET', '/appointments?limit=60')).body.data as Appointment[],
    ({ patient_id }) => patient_id,
  )
  const [patient, own] = [...visitsOf].toSorted(([, a], [, b]) => b.length - a.length)[0] ?? []
  expect(own?.length).toBeGreaterThan(7)
  const caller = await bearer({ scope: 'appointments:read', patient_id: patient })
  const { data } = await product.query(
    '{ appointments(first: 50) { nodes { restId clinician { displayName } } } }',
    {},
    caller,
  )
  expect(data.appointments.nodes).toHaveLength(own?.length ?? 0)
  const requests = product.takeRequests()
  expect(kindsOf(requests)).toEqual({ pages: 1, facets: 0, singles: own?.length, directories: 1 })
  expect(requests[0]).toContain(`patient_id=${patient}`)
})

interface Row {
  readonly restId: string
  readonly clinician: { readonly restId: string }
}

function visit(index: number, clinician?: string): object {
  return {
    id: `v${index}`,
    patient_id: 'p',
    title: 'Visit',
    start_time: new Date(Date.parse('2026-01-05T09:10:00Z') + index * 60_000)
      .toISOString()
      .replace('.000', ''),
    end_time: '2026-01-05T10:00:00Z',
    status: 'confirmed',
    created_at: '2026-01-01T08:00:00Z',
    ...(clinician === undefined ? {} : { clinician_profile_id: clinician }),
  }
}

/** With a clinician, every second visit: those of `d` are the even ones. */
function visits(count: number, clinician?: string): object[] {
  const all = Array.from({ length: count }, (_, index) => visit(index))
  return clinician === undefined ? all : all.filter((_, index) => index % 2 === (clinician === 'd' ? 0 : 1))
}
