import { describe, expect, test } from 'vitest'
import { startGateway } from '../support/gateway.ts'
import { type Product, startProduct } from '../support/product.ts'
import { NOON } from '../support/rest.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'

const DAYS = [
  '2030-01-07',
  '2030-01-08',
  '2030-01-09',
  '2030-01-10',
  '2030-01-11',
  '2030-01-12',
  '2030-01-13',
]

function dayAliases(selection = 'nodes { restId }'): string {
  const alias = (day: string, index: number) =>
    `d${index}: appointments(first: 50, filter: { startTime: { gte: "${day}T00:00:00Z", lte: "${day}T23:59:59Z" } }) { ${selection} }`
  return `{ ${DAYS.map(alias).join(' ')} }`
}

async function bookWeek(product: Product, perDay: number): Promise<void> {
  for (const day of DAYS)
    for (let index = 0; index < perDay; index++) {
      const start = new Date(Date.parse(`${day}T08:00:00Z`) + index * 600_000)
      await product.rest('POST', '/appointments', {
        title: `${day} ${index}`,
        start_time: start.toISOString(),
        end_time: new Date(start.getTime() + 600_000).toISOString(),
        status: index % 2 === 0 ? 'confirmed' : 'scheduled',
        clinician_profile_id: `cli_${index % 2}`,
      })
    }
}

function startEmpty(sandbox = {}) {
  return startProduct({ sandbox: { seed: 0, ...sandbox }, gateway: { cacheTtlSeconds: 0 } })
}

describe('Reads that the loaders plan together', () => {
  test('The loaders cover two windows of one list with one request', async () => {
    await using product = await startEmpty()
    await bookWeek(product, 6)
    const { data } = await product.query(
      '{ a: appointments(first: 10) { nodes { id } } b: appointments(first: 30) { nodes { id } pageInfo { hasNextPage } } }',
    )
    expect(data.a.nodes).toEqual(data.b.nodes.slice(0, 10))
    expect(data.b.nodes).toHaveLength(30)
    expect(data.b.pageInfo.hasNextPage).toBe(true)
    expect(product.takeRequests()).toEqual(['GET /appointments?limit=38&offset=0'])
  })

  test('The seven days of a week cost one request, and each day gets its own rows', async () => {
    await using product = await startEmpty()
    await bookWeek(product, 10)
    const { data, errors } = await product.query(
      dayAliases('nodes { title } totalCount pageInfo { hasNextPage }'),
    )
    expect(errors).toBeUndefined()
    for (const [index, day] of DAYS.entries()) {
      const titles = data[`d${index}`].nodes.map(({ title }: { title: string }) => title)
      expect(titles).toEqual(Array.from({ length: 10 }, (_, n) => `${day} ${n}`))
      expect(data[`d${index}`]).toMatchObject({ totalCount: 10, pageInfo: { hasNextPage: false } })
    }
    expect(product.takeRequests().map(decodeURIComponent)).toEqual([
      'GET /appointments?date_gte=2030-01-07T00:00:00Z&date_lte=2030-01-13T23:59:59Z&limit=100&offset=0',
    ])
  })

  test('Four status tabs cost one request, and so do those of a patient', async () => {
    await using product = await startEmpty()
    await bookWeek(product, 4)
    const tabs = ['PENDING', 'CONFIRMED', 'SCHEDULED', 'CANCELLED']
      .map(
        (status) =>
          `${status}: appointments(filter: { status: [${status}] }) { nodes { status } totalCount }`,
      )
      .join(' ')
    const { data } = await product.query(`{ ${tabs} }`)
    expect(data.CONFIRMED.totalCount).toBe(14)
    expect(data.PENDING.nodes).toEqual([])
    expect(new Set(data.SCHEDULED.nodes.map(({ status }: { status: string }) => status))).toEqual(
      new Set(['SCHEDULED']),
    )
    expect(product.takeRequests().map(decodeURIComponent)).toEqual([
      'GET /appointments?status_in=pending,confirmed,scheduled,cancelled&limit=100&offset=0',
    ])
    await product.query(`{ patient(id: "pat_1") { ${tabs} } }`)
    expect(product.takeRequests()).toHaveLength(1)
  })

  test('The loaders read separately, now and later, if a union exceeds a page', async () => {
    await using product = await startEmpty()
    await bookWeek(product, 15)
    const { data } = await product.query(dayAliases())
    expect(DAYS.map((_, index) => data[`d${index}`].nodes.length)).toEqual(Array(7).fill(15))
    expect(product.takeRequests()).toHaveLength(1 + 7)
    await product.query(dayAliases())
    expect(product.takeRequests()).toHaveLength(7)
  })

  test('The loaders read separately, now and later, if a union fails', async () => {
    const tabs =
      '{ a: appointments(filter: { status: [PENDING] }) { nodes { restId } } b: appointments(filter: { status: [CONFIRMED] }) { nodes { restId } } }'
    const unreadable = { body: { data: [{ id: 'x', title: 'no status' }], meta: { has_more: false } } }
    const refusal = { status: 400, body: { error: { code: 'VALIDATION_ERROR', message: 'no' } } }
    for (const answer of [unreadable, refusal]) {
      await using upstream = await startScriptedUpstream(({ line }) =>
        line.includes('status_in') ? answer : unreadable,
      )
      await using gateway = await startGateway({ url: upstream.url, key: 'k', cacheTtlSeconds: 0 })
      for (const requests of [3, 5]) {
        const { data, errors } = await gateway.query(tabs)
        expect(errors).toBeUndefined()
        expect(data).toEqual({ a: { nodes: [{ restId: 'x' }] }, b: { nodes: [{ restId: 'x' }] } })
        expect(upstream.requests).toHaveLength(requests)
      }
    }
  })

  test('The loaders do not unite lists that are far apart or open-ended', async () => {
    await using product = await startEmpty()
    await product.query(
      `{ a: appointments(filter: { startTime: { gte: "2030-01-01T00:00:00Z", lte: "2030-01-02T00:00:00Z" } }) { nodes { id } }
         b: appointments(filter: { startTime: { gte: "2031-01-01T00:00:00Z", lte: "2031-01-02T00:00:00Z" } }) { nodes { id } } }`,
    )
    expect(product.takeRequests()).toHaveLength(2)
    await product.query(
      `{ a: appointments(filter: { startTime: { gte: "2030-01-01T00:00:00Z" } }) { nodes { id } }
         b: appointments(filter: { startTime: { lte: "2030-01-01T00:00:00Z" } }) { nodes { id } } }`,
    )
    expect(product.takeRequests()).toHaveLength(2)
    await product.query(
      '{ a: appointments(filter: { patientId: "p" }) { nodes { id } } b: appointments(filter: { patientId: "q" }) { nodes { id } } }',
    )
    expect(product.takeRequests()).toHaveLength(2)
  })

  test('A bound finer than milliseconds means the same alone and beside another list', async () => {
    await using product = await startEmpty()
    for (let ms = 120; ms < 130; ms++)
      await product.rest('POST', '/appointments', {
        title: String(ms),
        start_time: `2030-01-07T08:00:00.${ms}Z`,
        end_time: '2030-01-07T09:00:00Z',
        status: ms % 2 === 0 ? 'confirmed' : 'scheduled',
      })
    const list = (from: string, to: string) =>
      `appointments(filter: { startTime: { gte: "2030-01-07T08:00:00.${from}Z", lte: "2030-01-07T08:00:00.${to}Z" } }) { nodes { title } totalCount pageInfo { endCursor } }`
    const bounded = list('1225', '1289')
    const alone = await product.query(`{ a: ${bounded} }`)
    expect(alone.data.a.nodes.map(({ title }: { title: string }) => title)).toEqual(
      [123, 124, 125, 126, 127, 128].map(String),
    )
    expect(product.takeRequests().map(decodeURIComponent)).toEqual([
      'GET /appointments?date_gte=2030-01-07T08:00:00.123Z&date_lte=2030-01-07T08:00:00.128Z&limit=28&offset=0',
    ])
    const beside = await product.query(
      `{ a: ${bounded} b: ${list('12', '125')} same: ${list('1221', '1281')} }`,
    )
    expect(beside.data.a).toEqual(alone.data.a)
    expect(beside.data.same).toEqual(alone.data.a)
    expect(beside.data.b.totalCount).toBe(6)
    expect(product.takeRequests()).toHaveLength(1)
  })

  test('The loaders load no field whose value the filter already proves', async () => {
    await using product = await startEmpty()
    await bookWeek(product, 2)
    const { data } = await product.query(
      '{ appointments(filter: { clinicianId: "cli_1" }) { nodes { clinician { restId } } } }',
    )
    expect(data.appointments.nodes).toEqual(Array(7).fill({ clinician: { restId: 'cli_1' } }))
    expect(product.takeRequests()).toEqual(['GET /appointments?clinician_id=cli_1&limit=28&offset=0'])
  })

  test('Two equal operations in a row cost one request until a write', async () => {
    await using product = await startProduct({ sandbox: { seed: 0 } })
    await bookWeek(product, 1)
    const first = await product.query('{ appointments { nodes { id title } } }')
    const second = await product.query('{ appointments { nodes { title } } }')
    expect([first, second].map(({ headers }) => headers.get('x-upstream-requests'))).toEqual(['1', '0'])
    const id = first.data.appointments.nodes[0].id
    await product.query(
      'mutation ($id: ID!) { updateAppointment(input: { id: $id, title: "New" }) { clientMutationId } }',
      { id },
    )
    const third = await product.query('{ appointments { nodes { title } } }')
    expect(third.data.appointments.nodes[0].title).toBe('New')
    expect(product.takeRequests()).toHaveLength(3)
  })
})

describe('A cached answer that is older than the cache allows', () => {
  test('The gateway reports the path and the age of stale data, in production too', async () => {
    let now = Date.now()
    await using product = await startProduct({
      sandbox: { seed: 3, rateLimit: 4 },
      gateway: { development: false, now: () => now, writeReservePercent: 0 },
    })
    const document = '{ page: appointments(first: 2) { nodes { restId } } }'
    const fresh = await product.query(document)
    const id = fresh.data.page.nodes[0].restId
    const detail = `{ one: appointment(id: "${id}") { attendeeName } }`
    await product.query(detail)
    await product.query('{ appointments(first: 3) { nodes { id } } }')
    await product.query('{ appointments(first: 1) { nodes { id } } }')
    expect(fresh.extensions).toBeUndefined()
    const asOf = new Date(now).toISOString()
    now += 20_000
    const stale = await product.query(document)
    expect(stale.data).toEqual(fresh.data)
    expect(stale.errors).toBeUndefined()
    expect(stale.extensions).toEqual({ upstream: { stale: [{ path: ['page'], asOf }] } })
    expect((await product.query(detail)).extensions).toEqual({
      upstream: { stale: [{ path: ['one'], asOf }] },
    })
    expect(
      (await product.query('{ appointments(first: 9) { nodes { id } } }')).errors?.[0]?.extensions.code,
    ).toBe('RATE_LIMITED')
  })

  const dayList = (day: string) =>
    `appointments(filter: { startTime: { gte: "${day}T00:00:00Z", lte: "${day}T23:59:59Z" } }) { nodes { restId } totalCount }`
  const [monday, tuesday, wednesday] = DAYS.map(dayList)

  /** An upstream whose rows name their list, with two requests left. */
  function startNearlySpent(now: () => number) {
    let remaining = 2
    return startScriptedUpstream(({ line }) => {
      remaining -= 1
      const query = new URL(line.slice('GET '.length), 'http://upstream').searchParams
      const id = `${query.get('date_gte')?.slice(0, 10)}_${query.get('limit')}`
      return {
        headers: {
          date: new Date(now()).toUTCString(),
          'x-ratelimit-limit': '1000',
          'x-ratelimit-remaining': String(remaining),
        },
        body: {
          data: [{ id, start_time: query.get('date_gte'), status: 'confirmed' }],
          meta: { has_more: false },
        },
      }
    })
  }

  test('Two lists that are stale alone are stale in a union', async () => {
    let now = NOON
    await using upstream = await startNearlySpent(() => now)
    const options = { url: upstream.url, key: 'k', now: () => now, writeReservePercent: 0 }
    await using gateway = await startGateway(options)
    const [first, second] = [
      await gateway.query(`{ d: ${monday} }`),
      await gateway.query(`{ d: ${tuesday} }`),
    ]
    now += 20_000
    const both = await gateway.query(`{ a: ${monday} b: ${tuesday} }`)
    expect(both.errors).toBeUndefined()
    expect(both.data).toEqual({ a: first.data.d, b: second.data.d })
    expect(both.data.a).toEqual({ nodes: [{ restId: '2030-01-07_28' }], totalCount: 1 })
    const asOf = new Date(NOON).toISOString()
    const stale = ['a', 'b'].map((alias) => ({ path: [alias], asOf }))
    expect(both.extensions.upstream).toMatchObject({ requests: 0, stale })
    const more = await gateway.query(`{ a: ${monday} c: ${wednesday} }`)
    expect(more.data).toEqual({ a: first.data.d, c: null })
    expect(more.errors).toMatchObject([{ path: ['c'], extensions: { code: 'RATE_LIMITED' } }])
    expect(upstream.requests).toHaveLength(2)
  })

  test('Two windows of one list that are stale alone are stale together', async () => {
    let now = NOON
    await using upstream = await startNearlySpent(() => now)
    const options = { url: upstream.url, key: 'k', now: () => now, writeReservePercent: 0 }
    await using gateway = await startGateway(options)
    const page = (first: number) => `appointments(first: ${first}) { nodes { restId } }`
    const [two, five] = [await gateway.query(`{ d: ${page(2)} }`), await gateway.query(`{ d: ${page(5)} }`)]
    now += 20_000
    const both = await gateway.query(`{ a: ${page(2)} b: ${page(5)} c: ${page(7)} }`)
    expect(both.data).toEqual({ a: two.data.d, b: five.data.d, c: null })
    expect(both.errors).toMatchObject([{ path: ['c'], extensions: { code: 'RATE_LIMITED' } }])
    expect(upstream.requests).toHaveLength(2)
  })

  test('After a 429 to a union each list answers as it would alone', async () => {
    let now = NOON
    let isSpent = false
    await using upstream = await startScriptedUpstream(() =>
      isSpent
        ? { status: 429, body: { error: { code: 'RATE_LIMITED', message: 'Too many requests.' } } }
        : { body: { data: [], meta: { has_more: false } } },
    )
    await using gateway = await startGateway({ url: upstream.url, key: 'k', now: () => now })
    await gateway.query(`{ d: ${monday} }`)
    await gateway.query(`{ d: ${tuesday} }`)
    isSpent = true
    now += 20_000
    for (const requests of [3, 3]) {
      const { data, errors, extensions } = await gateway.query(`{ a: ${monday} b: ${tuesday} }`)
      expect(errors).toBeUndefined()
      expect(data).toEqual({ a: { nodes: [], totalCount: 0 }, b: { nodes: [], totalCount: 0 } })
      expect(extensions.upstream).toMatchObject({ stale: [{ path: ['a'] }, { path: ['b'] }] })
      expect(upstream.requests).toHaveLength(requests)
    }
    // A refusal for the quota does not mark the union as too long: after the pause the lists are read as one again.
    isSpent = false
    now += 20_000
    await gateway.query(`{ a: ${monday} b: ${tuesday} }`)
    expect(upstream.requests).toHaveLength(4)
  })

  test('In an outage each list of a union is served from the cache without a request', async () => {
    let now = NOON
    let isDown = false
    await using upstream = await startScriptedUpstream(() =>
      isDown ? { status: 500, body: {} } : { body: { data: [], meta: { has_more: false } } },
    )
    await using gateway = await startGateway({ url: upstream.url, key: 'k', now: () => now })
    await gateway.query(`{ d: ${monday} }`)
    await gateway.query(`{ d: ${tuesday} }`)
    isDown = true
    now += 20_000
    const { data, errors, extensions } = await gateway.query(`{ a: ${monday} b: ${tuesday} c: ${wednesday} }`)
    expect(data).toEqual({ a: { nodes: [], totalCount: 0 }, b: { nodes: [], totalCount: 0 }, c: null })
    expect(errors).toMatchObject([{ path: ['c'], extensions: { code: 'UPSTREAM_UNAVAILABLE' } }])
    expect(extensions.upstream).toMatchObject({ stale: [{ path: ['a'] }, { path: ['b'] }] })
    expect(upstream.requests).toHaveLength(3)
  })

  test('The gateway reads no list again if the upstream is down or refuses the key', async () => {
    for (const [status, code] of [
      [401, 'UNAUTHENTICATED'],
      [500, 'UPSTREAM_UNAVAILABLE'],
    ] as const) {
      await using upstream = await startScriptedUpstream(() => ({ status, body: {} }))
      await using gateway = await startGateway({ url: upstream.url, key: 'k' })
      const { errors } = await gateway.query(`{ a: ${monday} b: ${tuesday} }`)
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual([code, code])
      expect(upstream.requests).toHaveLength(1)
    }
  })
})

describe('The ceiling of upstream requests', () => {
  test('The gateway skips row loads that would pass the ceiling and returns the rest', async () => {
    await using product = await startProduct({ sandbox: { seed: 30 }, gateway: { maxUpstreamRequests: 20 } })
    const { data, errors } = await product.query(
      '{ appointments(first: 20) { nodes { title attendeeName } } }',
    )
    expect(data.appointments.nodes.every((row: { title: string | null }) => row.title !== null)).toBe(true)
    expect(errors).toHaveLength(20)
    expect(errors?.[3]).toMatchObject({
      path: ['appointments', 'nodes', 3, 'attendeeName'],
      extensions: { code: 'QUERY_TOO_COSTLY', estimate: { min: 21, max: 21 } },
    })
    expect(product.takeRequests()).toEqual(['GET /appointments?limit=28&offset=0'])
  })
})
