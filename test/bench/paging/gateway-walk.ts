import { ask } from '../../support/ask.ts'

/** Reads all pages through the gateway, and returns the number of rows. */
export async function walkThroughGateway(graphqlUrl: string, first: number): Promise<number> {
  let rows = 0
  let after: string | null = null
  for (;;) {
    const { data } = await ask(graphqlUrl, { query: PAGE, variables: { first, after } })
    const { edges, pageInfo } = (data as PageData).appointments
    rows += edges.length
    if (!pageInfo.hasNextPage) return rows
    after = pageInfo.endCursor
  }
}

const PAGE =
  'query ($first: Int, $after: String) { appointments(first: $first, after: $after) { edges { node { restId } } pageInfo { hasNextPage endCursor } } }'

interface PageData {
  readonly appointments: {
    readonly edges: readonly unknown[]
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string }
  }
}
