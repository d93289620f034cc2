import { ApolloClient, gql as apolloGql, HttpLink, InMemoryCache } from '@apollo/client'
import { createClient, fetchExchange, gql } from '@urql/core'
import { cacheExchange } from '@urql/exchange-graphcache'
import { describe, expect, test } from 'vitest'
import { type Product, startProduct } from '../support/product.ts'
import { statusOfStream } from '../support/stream.ts'

/** For a slow or busy machine. */
const PATIENT = { timeout: 10_000 }

const CHANGES = `
  subscription Changes($filter: AppointmentFilter, $after: String) {
    appointmentChanged(filter: $filter, after: $after) {
      sequence movement appointment { id title status }
    }
  }`
const ROWS = '{ appointments(first: 1, filter: { status: [SCHEDULED] }) { nodes { id restId title } } }'

interface Changes {
  readonly appointmentChanged: {
    readonly movement: string
    readonly appointment: { readonly id: string; readonly title: string }
  }
}

interface Rows {
  readonly appointments: {
    readonly nodes: readonly { readonly id: string; readonly restId: string; readonly title: string }[]
  }
}

/** One stream at most, and many heartbeats between two changes. */
function startLive(): Promise<Product> {
  return startProduct({ live: true, gateway: { heartbeatMs: 2, limits: { MAX_STREAMS: 1 } } })
}

/** A `fetch` that counts the received chunks of its streams. */
function countingFetch() {
  let chunks = 0
  return {
    async fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
      const response = await fetch(input, init)
      if (!response.headers.has('x-resume-after') || response.body === null) return response
      const count = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          chunks += 1
          controller.enqueue(chunk)
        },
      })
      return new Response(response.body.pipeThrough(count), { headers: response.headers })
    },
    async severalChunks(): Promise<void> {
      const before = chunks
      await expect.poll(() => chunks, PATIENT).toBeGreaterThan(before + 5)
    },
  }
}

/** The titles of the changes, one by one. */
function createInbox() {
  const titles: string[] = []
  return {
    titles,
    add: (changes: Changes | null | undefined) =>
      void titles.push(changes?.appointmentChanged.appointment.title ?? ''),
    received: (count: number) => expect.poll(() => titles, PATIENT).toHaveLength(count),
  }
}

/** With one stream at most, another opens only once the first has ended. */
const expectNoStream = (product: Product) => expect.poll(() => statusOfStream(product.url), PATIENT).toBe(200)

const rename = (product: Product, id: string, title: string) =>
  product.rest('PATCH', `/appointments/${id}`, { title })

/** Two changes, one by one, with heartbeats before, between and after. */
async function renameAmongHeartbeats(
  product: Product,
  id: string,
  { severalChunks }: ReturnType<typeof countingFetch>,
  received: ReturnType<typeof createInbox>['received'],
): Promise<void> {
  await severalChunks()
  await rename(product, id, 'First')
  await received(1)
  await severalChunks()
  await rename(product, id, 'Second')
  await received(2)
  await severalChunks()
}

describe('Apollo Client', () => {
  test('Changes arrive among heartbeats, update the lists, and leaving ends the stream', async () => {
    await using product = await startLive()
    const counting = countingFetch()
    const client = new ApolloClient({
      link: new HttpLink({ uri: `${product.url}/graphql`, fetch: counting.fetch }),
      cache: new InMemoryCache(),
    })
    const query = apolloGql(ROWS)
    const [row] = (await client.query<Rows>({ query })).data?.appointments.nodes ?? []
    const { titles, add, received } = createInbox()
    const errors: unknown[] = []
    const subscription = client.subscribe<Changes>({ query: apolloGql(CHANGES) }).subscribe({
      next: ({ data, error }) => (error ? errors.push(error) : add(data)),
      error: (error) => errors.push(error),
      complete: () => errors.push('It completed'),
    })
    await renameAmongHeartbeats(product, row?.restId ?? '', counting, received)
    expect([titles, errors]).toEqual([['First', 'Second'], []])
    expect(client.readQuery<Rows>({ query })?.appointments.nodes[0]?.title).toBe('Second')
    subscription.unsubscribe()
    await expectNoStream(product)
    client.stop()
  })

  test('The error of a subscription that can not be served reaches the observer', async () => {
    await using product = await startProduct()
    const client = new ApolloClient({
      link: new HttpLink({ uri: `${product.url}/graphql` }),
      cache: new InMemoryCache(),
    })
    const error = await new Promise<unknown>((resolve) => {
      client.subscribe({ query: apolloGql(CHANGES) }).subscribe({
        next: ({ error }) => resolve(error),
        error: resolve,
      })
    })
    expect(JSON.stringify(error)).toContain('EVENTS_UNAVAILABLE')
    client.stop()
  })

  test('The last part of a stream reaches the observer as an error with its code', async () => {
    const product = await startLive()
    const counting = countingFetch()
    const client = new ApolloClient({
      link: new HttpLink({ uri: `${product.url}/graphql`, fetch: counting.fetch }),
      cache: new InMemoryCache(),
    })
    const ended = new Promise<unknown>((resolve) => {
      client
        .subscribe({ query: apolloGql(CHANGES) })
        .subscribe({ next: ({ error }) => resolve(error), error: resolve })
    })
    await counting.severalChunks()
    await product[Symbol.asyncDispose]()
    expect(await ended).toMatchObject({ errors: [{ extensions: { code: 'STREAM_ENDED' } }] })
    client.stop()
  })
})

describe('urql', () => {
  const createUrql = (product: Product, fetchOption: typeof fetch) =>
    createClient({
      url: `${product.url}/graphql`,
      preferGetMethod: false,
      fetchSubscriptions: true,
      fetch: fetchOption,
      exchanges: [cacheExchange({}), fetchExchange],
    })

  test('Changes arrive among heartbeats, update the lists, and leaving ends the stream', async () => {
    await using product = await startLive()
    const counting = countingFetch()
    const client = createUrql(product, counting.fetch)
    const query = gql<Rows>(ROWS)
    const [row] = (await client.query(query, {}).toPromise()).data?.appointments.nodes ?? []
    const { titles, add, received } = createInbox()
    const errors: unknown[] = []
    const subscription = client.subscription<Changes>(CHANGES, {}).subscribe(({ data, error }) => {
      if (error) errors.push(error)
      else add(data)
    })
    await renameAmongHeartbeats(product, row?.restId ?? '', counting, received)
    expect([titles, errors]).toEqual([['First', 'Second'], []])
    const cached = await client.query(query, {}, { requestPolicy: 'cache-only' }).toPromise()
    expect(cached.data?.appointments.nodes[0]?.title).toBe('Second')
    subscription.unsubscribe()
    await expectNoStream(product)
  })

  test('The error of a subscription that can not be served is in the result', async () => {
    await using product = await startProduct()
    const client = createUrql(product, fetch)
    const { error } = await client.subscription(CHANGES, {}).toPromise()
    expect(error?.graphQLErrors.map(({ extensions }) => extensions.code)).toEqual(['EVENTS_UNAVAILABLE'])
  })

  test('The last part of a stream is a result with the code of its error', async () => {
    const product = await startLive()
    const counting = countingFetch()
    const ended = createUrql(product, counting.fetch).subscription(CHANGES, {}).toPromise()
    await counting.severalChunks()
    await product[Symbol.asyncDispose]()
    expect((await ended).error?.graphQLErrors.map(({ extensions }) => extensions.code)).toEqual([
      'STREAM_ENDED',
    ])
  })
})

describe('A query with @live', () => {
  const LIVE = `query Live @live {
    appointments(first: 1, filter: { status: [SCHEDULED] }) { nodes { id restId title } } }`

  test('urql gives each answer to its query, and leaving ends the stream', async () => {
    await using product = await startLive()
    const client = createClient({
      url: `${product.url}/graphql`,
      preferGetMethod: false,
      exchanges: [cacheExchange({}), fetchExchange],
    })
    const shown: (string | undefined)[] = []
    const errors: unknown[] = []
    const subscription = client.query(gql<Rows>(LIVE), {}).subscribe(({ data, error }) => {
      if (error) errors.push(error)
      const title = data?.appointments.nodes[0]?.title
      if (title !== shown.at(-1)) shown.push(title)
    })
    await expect.poll(() => shown, PATIENT).toHaveLength(1)
    const { body } = await product.rest('GET', '/appointments?limit=1&status=scheduled')
    for (const [nth, title] of ['First', 'Second'].entries()) {
      await rename(product, body.data[0].id, title)
      await expect.poll(() => shown, PATIENT).toHaveLength(nth + 2)
    }
    expect([shown.slice(1), errors]).toEqual([['First', 'Second'], []])
    subscription.unsubscribe()
    await expectNoStream(product)
  })

  test('Apollo Client, which reads a query in incremental parts, gets one answer', async () => {
    await using product = await startLive()
    const client = new ApolloClient({
      link: new HttpLink({ uri: `${product.url}/graphql` }),
      cache: new InMemoryCache(),
    })
    const { data } = await client.query<Rows>({ query: apolloGql(LIVE) })
    expect(data?.appointments.nodes).toHaveLength(1)
    await expectNoStream(product)
    client.stop()
  })
})
