import { ApolloClient, gql as apolloGql, HttpLink, InMemoryCache } from '@apollo/client'
import { relayStylePagination } from '@apollo/client/utilities'
import { createClient, fetchExchange, gql } from '@urql/core'
import { cacheExchange } from '@urql/exchange-graphcache'
import { relayPagination } from '@urql/exchange-graphcache/extras'
import { describe, expect, test } from 'vitest'
import { type Product, startProduct } from '../support/product.ts'

const ROWS = `
  query Rows($first: Int, $after: String, $filter: AppointmentFilter) {
    appointments(first: $first, after: $after, filter: $filter) {
      edges { cursor node { id restId title } }
      pageInfo { hasNextPage endCursor hasPreviousPage startCursor }
    }
  }`
const CANCEL = `
  mutation Cancel($id: ID!) { cancelAppointment(input: { id: $id }) { appointment { id status } } }`

interface Rows {
  readonly appointments: {
    readonly edges: readonly { readonly node: { readonly id: string; readonly restId: string } }[]
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
  }
}

async function idsOf(product: Product, query = ''): Promise<string[]> {
  const { data } = (await product.rest('GET', `/appointments?limit=100${query}`)).body
  return data.map((row: { id: string }) => row.id)
}

const restIdsOf = (rows: Rows | undefined) => rows?.appointments.edges.map(({ node }) => node.restId)

describe('Apollo Client', () => {
  test('Apollo Client pages through all rows, and through a filtered list beside them', async () => {
    await using product = await startProduct({ sandbox: { seed: 60 } })
    const client = new ApolloClient({
      link: new HttpLink({ uri: `${product.url}/graphql` }),
      cache: new InMemoryCache({
        typePolicies: { Query: { fields: { appointments: relayStylePagination(['filter']) } } },
      }),
    })
    const query = apolloGql(ROWS)
    for (const [filter, rest] of [
      [null, ''],
      [{ status: ['CANCELLED', 'COMPLETED'] }, '&status_in=cancelled,completed'],
    ] as const) {
      const watched = client.watchQuery<Rows>({ query, variables: { first: 7, filter } })
      const readRows = () => client.readQuery<Rows>({ query, variables: { first: 7, filter } }) ?? undefined
      const subscription = watched.subscribe({})
      await watched.refetch()
      while (readRows()?.appointments.pageInfo.hasNextPage)
        await watched.fetchMore({ variables: { after: readRows()?.appointments.pageInfo.endCursor } })
      subscription.unsubscribe()
      const ids = await idsOf(product, rest)
      expect(restIdsOf(readRows())).toEqual(ids)
      expect(ids.length).toBeGreaterThan(7)
    }
    client.stop()
  })

  test('Apollo Client shows the result of a mutation in every list with the row', async () => {
    await using product = await startProduct()
    const client = new ApolloClient({
      link: new HttpLink({ uri: `${product.url}/graphql` }),
      cache: new InMemoryCache(),
    })
    const query = apolloGql(
      'query ($f: AppointmentFilter) { appointments(first: 1, filter: $f) { nodes { id status } } }',
    )
    const variables = { f: { status: ['SCHEDULED'] } }
    const rows = () =>
      client.readQuery<{ appointments: { nodes: { id: string; status: string }[] } }>({ query, variables })
    await client.query({ query, variables })
    const [row] = rows()?.appointments.nodes ?? []
    await client.mutate({ mutation: apolloGql(CANCEL), variables: { id: row?.id } })
    expect(rows()?.appointments.nodes[0]).toMatchObject({ id: row?.id, status: 'CANCELLED' })
    client.stop()
  })
})

describe('urql with graphcache', () => {
  const createUrql = (product: Product) =>
    createClient({
      url: `${product.url}/graphql`,
      preferGetMethod: false,
      exchanges: [
        cacheExchange({
          resolvers: { Query: { appointments: relayPagination() } },
          keys: { PageInfo: () => null },
        }),
        fetchExchange,
      ],
    })

  test('urql pages through all rows', async () => {
    await using product = await startProduct({ sandbox: { seed: 60 } })
    const client = createUrql(product)
    const query = gql<Rows>(ROWS)
    let rows = (await client.query<Rows>(query, { first: 25 }).toPromise()).data
    while (rows?.appointments.pageInfo.hasNextPage)
      rows = (
        await client
          .query<Rows>(query, { first: 25, after: rows.appointments.pageInfo.endCursor })
          .toPromise()
      ).data
    // graphcache joins the pages, so the last result has the rows of all of them.
    expect(restIdsOf(rows)).toEqual(await idsOf(product))
  })

  test('urql shows the result of a mutation in every list with the row', async () => {
    await using product = await startProduct()
    const client = createUrql(product)
    const query = gql('{ appointments(first: 1, filter: { status: [SCHEDULED] }) { nodes { id status } } }')
    const { data } = await client.query(query, {}).toPromise()
    const [row] = data.appointments.nodes
    await client.mutation(CANCEL, { id: row.id }).toPromise()
    const again = await client.query(query, {}, { requestPolicy: 'cache-only' }).toPromise()
    expect(again.data.appointments.nodes[0]).toMatchObject({ id: row.id, status: 'CANCELLED' })
  })
})
