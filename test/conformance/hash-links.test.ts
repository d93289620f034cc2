import { createHash } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { ApolloClient, gql as apolloGql, HttpLink, InMemoryCache } from '@apollo/client'
import { CombinedGraphQLErrors } from '@apollo/client/errors'
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries'
import { createClient, fetchExchange, gql } from '@urql/core'
import { type DocumentNode, print } from 'graphql'
import { Agent, type DiagnosticsChannel, interceptors, fetch as undiciFetch } from 'undici'
import { describe, expect, test } from 'vitest'
import type { GatewayTestOptions } from '../support/gateway.ts'
import { startProduct } from '../support/product.ts'

// As the client sends them, which adds __typename to each selection: the hash is of that text.
const [ONE, TWO, THREE] = [1, 2, 3].map((first) =>
  apolloGql(`query First${first} { appointments(first: ${first}) { nodes { id __typename } __typename } }`),
) as [DocumentNode, DocumentNode, DocumentNode]
const CANCEL = apolloGql(
  'mutation Cancel($id: ID!) { cancelAppointment(input: { id: $id }) { performedAt } }',
)
const GUARDED = { 'x-graphql-yoga-csrf': '1' }

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** The method and content of one request: `POST hash`, `GET text`. */
function describeRequest(input: unknown, init: RequestInit | undefined): string {
  const sent = init?.body == null ? new URL(String(input)).searchParams : JSON.parse(String(init.body))
  const parts = sent instanceof URLSearchParams ? Object.fromEntries(sent) : sent
  const contents = [parts.extensions?.includes?.('Hash') || parts.extensions?.persistedQuery ? 'hash' : '']
  return [init?.method ?? 'GET', ...contents, parts.query ? 'text' : ''].filter(Boolean).join(' ')
}

/** A client whose link sends hashes first, and the requests that it sends. */
async function startHashing(gateway: GatewayTestOptions, useGETForHashedQueries = false) {
  const product = await startProduct({ gateway })
  const requests: string[] = []
  const http = new HttpLink({
    uri: `${product.url}/graphql`,
    headers: useGETForHashedQueries ? GUARDED : {},
    fetch(input, init) {
      requests.push(describeRequest(input, init))
      return fetch(input, init)
    },
  })
  const client = new ApolloClient({
    link: new PersistedQueryLink({ sha256, useGETForHashedQueries }).concat(http),
    cache: new InMemoryCache(),
    defaultOptions: { query: { fetchPolicy: 'no-cache' } },
  })
  return {
    product,
    client,
    takeRequests: () => requests.splice(0),
    async [Symbol.asyncDispose]() {
      client.stop()
      await product[Symbol.asyncDispose]()
    },
  }
}

describe('The persisted-query link of Apollo Client', () => {
  test('The link sends texts after its first request, if no document is trusted', async () => {
    for (const byGet of [false, true]) {
      await using hashing = await startHashing({}, byGet)
      const { client, takeRequests } = hashing
      expect((await client.query({ query: ONE })).data).toMatchObject({ appointments: { nodes: [{}] } })
      expect(takeRequests()).toEqual([byGet ? 'GET hash' : 'POST hash', expect.stringMatching(/^POST text$/)])
      expect((await client.query({ query: TWO })).data).toMatchObject({ appointments: { nodes: [{}, {}] } })
      expect(takeRequests()).toEqual(['POST text'])
    }
  })

  test('The link sends the hash of a trusted document, and the text of any other', async () => {
    const trustedDocuments = new Map([ONE, TWO].map((document) => [sha256(print(document)), print(document)]))
    for (const byGet of [false, true]) {
      await using hashing = await startHashing({ trustedDocuments }, byGet)
      const { client, product, takeRequests } = hashing
      const hash = byGet ? 'GET hash' : 'POST hash'
      await client.query({ query: ONE })
      expect(takeRequests()).toEqual([hash])
      const { data } = await client.query<{ appointments: { nodes: object[] } }>({ query: THREE })
      expect(data?.appointments.nodes).toHaveLength(3)
      expect(takeRequests()).toEqual([hash, 'POST hash text'])
      await client.query({ query: TWO })
      expect(takeRequests()).toEqual([hash])
      const { body } = await product.rest('GET', '/appointments?limit=1&status=scheduled')
      await client.mutate({ mutation: CANCEL, variables: { id: body.data[0].id } })
      expect(takeRequests()).toEqual(['POST hash', 'POST hash text'])
    }
  })

  test('The link sends no text, if trusted documents only may run', async () => {
    const trustedDocuments = new Map([[sha256(print(ONE)), print(ONE)]])
    await using hashing = await startHashing({ trustedDocuments, trustedDocumentsOnly: true })
    const { client, takeRequests } = hashing
    await client.query({ query: ONE })
    const refused = await client.query({ query: TWO }).catch((error: unknown) => error)
    expect(JSON.stringify(refused)).toContain('DOCUMENT_NOT_TRUSTED')
    expect(takeRequests()).toEqual(['POST hash', 'POST hash'])
    expect(CombinedGraphQLErrors.is(refused)).toBe(true)
  })
})

describe('urql without options of its own', () => {
  const QUERY = gql('{ appointments(first: 1) { nodes { id } } }')

  test('It sends queries by GET, and the refusal names the header that is missing', async () => {
    await using product = await startProduct()
    const client = createClient({ url: `${product.url}/graphql`, exchanges: [fetchExchange] })
    const { error } = await client.query(QUERY, {}).toPromise()
    expect(error?.graphQLErrors.map(({ extensions }) => extensions.code)).toEqual(['CSRF_REFUSED'])
    expect(error?.message).toContain('x-graphql-yoga-csrf')
  })

  test('It reads by GET and writes by POST, if it sends the header', async () => {
    await using product = await startProduct()
    const methods: string[] = []
    const client = createClient({
      url: `${product.url}/graphql`,
      fetchOptions: { headers: GUARDED },
      fetch(input, init) {
        methods.push(init?.method ?? 'GET')
        return fetch(input, init)
      },
      exchanges: [fetchExchange],
    })
    const { data } = await client.query(QUERY, {}).toPromise()
    const { body } = await product.rest('GET', '/appointments?limit=1&status=scheduled')
    const cancel = await client.mutation(print(CANCEL), { id: body.data[0].id }).toPromise()
    expect([data.appointments.nodes.length, cancel.error]).toEqual([1, undefined])
    expect(methods).toEqual(['GET', 'POST'])
  })

  test('An HTTP cache below it revalidates with the ETag, and a 304 gives its answer', async () => {
    await using product = await startProduct()
    const statuses: number[] = []
    const record = (message: unknown) => {
      const { request, response } = message as DiagnosticsChannel.RequestHeadersMessage
      if (request.path.startsWith('/graphql')) statuses.push(response.statusCode)
    }
    subscribe('undici:request:headers', record)
    // Like that of a browser: private, and it revalidates a `no-cache` response before reuse.
    const dispatcher = new Agent().compose(interceptors.cache({ type: 'private' }))
    const client = createClient({
      url: `${product.url}/graphql`,
      fetchOptions: { headers: GUARDED },
      fetch: (input, init) => undiciFetch(String(input), { ...init, dispatcher } as object) as never,
      exchanges: [fetchExchange],
    })
    const send = async () =>
      (await client.query(QUERY, {}, { requestPolicy: 'network-only' }).toPromise()).data
    const first = await send()
    expect(first.appointments.nodes).toHaveLength(1)
    expect(await send()).toEqual(first)
    expect(statuses).toEqual([200, 304])
    unsubscribe('undici:request:headers', record)
    await dispatcher.close()
  })
})
