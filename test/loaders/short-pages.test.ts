import { describe, expect, test } from 'vitest'
import { type GatewayClient, startGateway } from '../support/gateway.ts'
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts'

interface ListOptions {
  readonly total: number
  /** The upstream's own limit of rows. */
  readonly most?: number
  /** The `meta` of a page. */
  readonly meta?: (page: { readonly end: number; readonly given: number }) => object
}

/** An upstream with one list, over which the gateway caches nothing. */
async function startList({ total, most = 100, meta = () => ({}) }: ListOptions) {
  const all = Array.from({ length: total }, (_, index) => ({ id: `a${index}`, title: `${index}` }))
  const upstream = await startScriptedUpstream(({ line }) => {
    const query = new URL(line.slice('GET '.length), 'http://upstream').searchParams
    const [offset, limit] = [Number(query.get('offset')), Number(query.get('limit'))]
    const given = Math.min(limit, most)
    return { body: { data: all.slice(offset, offset + given), meta: meta({ end: offset + given, given }) } }
  })
  const gateway = await startGateway({ url: upstream.url, key: 'k', cacheTtlSeconds: 0 })
  return {
    upstream,
    gateway,
    ids: all.map(({ id }) => id),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

const PAGE = `query ($first: Int, $after: String, $last: Int, $before: String) {
  appointments(first: $first, after: $after, last: $last, before: $before) {
    nodes { restId }
    pageInfo { hasNextPage endCursor hasPreviousPage startCursor }
  }
}`

/** The rows of each page that a client reads, in the order of reading. */
async function walk(gateway: GatewayClient, size: number, isForward = true): Promise<string[][]> {
  const pages: string[][] = []
  let cursor: string | null = null
  for (let hasMore = true; hasMore; ) {
    const args: Record<string, unknown> = isForward
      ? { first: size, after: cursor }
      : { last: size, before: cursor }
    const { data, errors } = await gateway.query(PAGE, args)
    expect(errors).toBeUndefined()
    const { nodes, pageInfo } = data.appointments
    pages.push(nodes.map(({ restId }: { restId: string }) => restId))
    hasMore = isForward ? pageInfo.hasNextPage : pageInfo.hasPreviousPage
    cursor = isForward ? pageInfo.endCursor : pageInfo.startCursor
  }
  return pages
}

const windows = ({ requests }: ScriptedUpstream) =>
  requests.map(({ line }) => /limit=(\d+)&offset=(\d+)/.exec(line)?.slice(1).map(Number))

describe('Pages of an upstream that do not say whether more follow', () => {
  test('250 rows are 250 rows: in pages of 100, as one page, and counted', async () => {
    await using list = await startList({ total: 250 })
    expect((await walk(list.gateway, 100)).flat()).toEqual(list.ids)
    expect(await walk(list.gateway, 250)).toEqual([list.ids])
    const { data } = await list.gateway.query('{ appointments(first: 1) { totalCount } }')
    expect(data.appointments.totalCount).toBe(250)
  })

  test('After a full page the next one is read, and a short page is the last', async () => {
    await using list = await startList({ total: 120 })
    await walk(list.gateway, 100)
    expect(windows(list.upstream)).toEqual([
      [100, 0],
      [100, 67],
    ])
  })

  test('The last page of a walk may be empty, and the count is still right', async () => {
    await using list = await startList({ total: 200 })
    expect(await walk(list.gateway, 100)).toEqual([list.ids.slice(0, 100), list.ids.slice(100)])
    expect(await walk(list.gateway, 200)).toEqual([list.ids])
    await using hundred = await startList({ total: 100 })
    expect(await walk(hundred.gateway, 100)).toEqual([hundred.ids, []])
    const { data } = await hundred.gateway.query(
      '{ appointments(first: 100) { totalCount nodes { restId } } }',
    )
    expect(data.appointments.totalCount).toBe(100)
  })

  test("A page that fills the upstream's own, smaller limit is a full one", async () => {
    await using list = await startList({ total: 130, most: 50, meta: ({ given }) => ({ limit: given }) })
    expect((await walk(list.gateway, 100)).flat()).toEqual(list.ids)
  })

  test.for<[string, object]>([
    ['has_more is false', { has_more: false }],
    ['next_offset is null', { next_offset: null }],
  ])('A full page is the last one where %s', async ([, meta]) => {
    await using list = await startList({ total: 250, meta: () => meta })
    expect(await walk(list.gateway, 100)).toEqual([list.ids.slice(0, 100)])
    const { data } = await list.gateway.query('{ appointments(first: 1) { totalCount } }')
    expect(data.appointments.totalCount).toBe(100)
  })

  test('After a page with a next_offset the next one is read, whatever else is missing', async () => {
    const meta = ({ end }: { end: number }) => ({ next_offset: end < 9 ? end : null })
    await using list = await startList({ total: 9, most: 4, meta })
    expect((await walk(list.gateway, 9)).flat()).toEqual(list.ids)
  })
})

describe('An upstream that returns fewer rows than requested', () => {
  test.for([1, 2, 3, 4, 5, 8, 9])(
    'A walk over one that returns %i rows has all nine rows once',
    async (most) => {
      await using list = await startList({ total: 9, most, meta: ({ end }) => ({ has_more: end < 9 }) })
      for (const size of [1, 2, 5, 9, 20])
        for (const isForward of [true, false]) {
          const pages = await walk(list.gateway, size, isForward)
          expect((isForward ? pages : pages.toReversed()).flat(), `${size} ${isForward}`).toEqual(list.ids)
        }
      const { data } = await list.gateway.query('{ appointments { totalCount } }')
      expect(data.appointments.totalCount).toBe(9)
    },
  )

  test("A walk adapts its requests to the upstream's short pages", async () => {
    await using list = await startList({ total: 9, most: 5, meta: ({ end }) => ({ has_more: end < 9 }) })
    expect((await walk(list.gateway, 5)).map(({ length }) => length)).toEqual([5, 4])
    expect(windows(list.upstream)).toEqual([
      [13, 0],
      [26, 0],
      [5, 3],
      [5, 6],
    ])
  })

  test('Two windows with one offset share a short page', async () => {
    await using list = await startList({ total: 90, most: 5, meta: ({ end }) => ({ has_more: end < 90 }) })
    const { data } = await list.gateway.query(
      '{ a: appointments(first: 2) { nodes { restId } } b: appointments(first: 30) { nodes { restId } } }',
    )
    expect([data.a.nodes.length, data.b.nodes.length]).toEqual([2, 5])
    expect(list.upstream.requests).toHaveLength(1)
  })
})
