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

/** `nodes` beside `edges`: docs/clients.md describes the result in each client. */
const BOTH_WAYS = `
  query BothWays($after: String) {
    appointments(first: 7, after: $after) {
      edges { cursor node { id } }
      nodes { id }
      pageInfo { hasNextPage endCursor hasPreviousPage startCursor }
    }
  }`

interface BothWays {
  readonly appointments: Rows['appointments'] & { readonly nodes: readonly object[] }
}

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

  test('Apollo Client shows the last page in nodes, and all pages in edges', async () => {
    await using product = await startProduct({ sandbox: { seed: 60 } })
    const client = new ApolloClient({
      link: new HttpLink({ uri: `${product.url}/graphql` }),
      cache: new InMemoryCache({
        typePolicies: { Query: { fields: { appointments: relayStylePagination(['filter']) } } },
      }),
    })
    const watched = client.watchQuery<BothWays>({ query: apolloGql(BOTH_WAYS) })
    const subscription = watched.subscribe({})
    const { data } = await watched.refetch()
    await watched.fetchMore({ variables: { after: data?.appointments.pageInfo.endCursor } })
    subscription.unsubscribe()
    const rows = client.readQuery<BothWays>({ query: apolloGql(BOTH_WAYS) })?.appointments
    expect([rows?.edges.length, rows?.nodes.length]).toEqual([14, 7])
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
  // As in docs/clients.md.
  const byId = ({ id }: { id?: unknown }) => (typeof id === 'string' ? id : null)
  const ENTITIES = ['Appointment', 'Patient', 'Clinician', 'AppointmentType', 'Location']
  const warnings: string[] = []
  const createUrql = (product: Product) =>
    createClient({
      url: `${product.url}/graphql`,
      preferGetMethod: false,
      exchanges: [
        cacheExchange({
          resolvers: { Query: { appointments: relayPagination() } },
          keys: Object.fromEntries(ENTITIES.map((name) => [name, byId])),
          logger: (severity, message) => void (severity === 'warn' && warnings.push(message)),
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

  test('urql joins the pages of nodes, and of edges', async () => {
    await using product = await startProduct({ sandbox: { seed: 60 } })
    const client = createUrql(product)
    const first = (await client.query<BothWays>(gql(BOTH_WAYS), {}).toPromise()).data
    const after = first?.appointments.pageInfo.endCursor
    const { data } = await client.query<BothWays>(gql(BOTH_WAYS), { after }).toPromise()
    expect([data?.appointments.edges.length, data?.appointments.nodes.length]).toEqual([14, 14])
  })

  test('graphcache warns of nothing, where rows are selected without their ids', async () => {
    await using product = await startProduct()
    const client = createUrql(product)
    warnings.splice(0)
    const others = 'patient { restId } clinician { restId } appointmentType { restId } location { restId }'
    const lists = `nodes { title ${others} } edges { node { title } } pageInfo { endCursor }`
    const { data } = await client.query(gql(`{ appointments(first: 2) { ${lists} } }`), {}).toPromise()
    expect(data.appointments.nodes).toHaveLength(2)
    const [row] = await idsOf(product, '&status=scheduled')
    await client.mutation(CANCEL.replace('id status', `status ${others}`), { id: row }).toPromise()
    expect(warnings).toEqual([])
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
