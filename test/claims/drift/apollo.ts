import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { relayStylePagination } from '@apollo/client/utilities'
import type { DriftingList } from './list.ts'
import type { PageInfo, WalkOptions } from './walk.ts'

/** Reads a whole list as a screen with endless scrolling does, and returns the ids in its cache at the end. */
export async function walkWithApollo(
  graphqlUrl: string,
  list: DriftingList,
  { size, forward, random }: WalkOptions,
): Promise<string[]> {
  const client = new ApolloClient({
    link: new HttpLink({ uri: graphqlUrl }),
    cache: new InMemoryCache({
      typePolicies: { Query: { fields: { appointments: relayStylePagination(['filter']) } } },
    }),
  })
  const variables = { [forward ? 'first' : 'last']: size, filter: list.filter }
  const watched = client.watchQuery<PageData>({ query: PAGE, variables })
  const subscription = watched.subscribe(() => {})
  try {
    await client.query<PageData>({ query: PAGE, variables })
    for (;;) {
      await list.change(Math.floor(random() * 11))
      const page = client.readQuery<PageData>({ query: PAGE, variables })?.appointments
      if (page === undefined) throw new Error('The cache has no page')
      const { edges, pageInfo } = page
      if (!(forward ? pageInfo.hasNextPage : pageInfo.hasPreviousPage))
        return edges.map(({ node }) => node.restId)
      const from = forward ? { after: pageInfo.endCursor } : { before: pageInfo.startCursor }
      await watched.fetchMore({ variables: from })
    }
  } finally {
    subscription.unsubscribe()
    client.stop()
  }
}

const PAGE = gql`
  query ($first: Int, $after: String, $last: Int, $before: String, $filter: AppointmentFilter) {
    appointments(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
      edges { cursor node { id restId title } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`

interface PageData {
  readonly appointments: {
    readonly edges: readonly { readonly cursor: string; readonly node: { readonly restId: string } }[]
    readonly pageInfo: PageInfo
  }
}
