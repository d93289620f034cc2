import { ask } from '../../support/ask.ts'
import type { DriftingList } from './list.ts'

export interface Walk {
  /** The number of rows at the start. */
  readonly rows: number
  readonly pages: readonly { readonly requests: number; readonly rows: number }[]
  /** Ids of rows that stayed in place the whole time. */
  readonly twice: readonly string[]
  readonly missing: readonly string[]
  /** The walk ended early with CURSOR_EXPIRED. */
  readonly expired: boolean
}

export interface WalkOptions {
  readonly size: number
  readonly forward: boolean
  readonly random: () => number
}

export interface PageInfo {
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  readonly startCursor: string | null
  readonly endCursor: string | null
}

/** Reads all pages of a list with up to ten changes between pages, and up to three between the requests of one page. */
export async function walk(
  graphqlUrl: string,
  list: DriftingList,
  { size, forward, random }: WalkOptions,
): Promise<Walk> {
  const atStart = await list.begin()
  const seen = new Map<string, number>()
  const pages: { requests: number; rows: number }[] = []
  let cursor: string | null = null
  let expired = false
  for (let hasMore = true; hasMore; ) {
    let requests = 0
    list.upstream.beforeEach = async () => {
      if (requests++ > 0) await list.change(Math.floor(random() * 4))
    }
    const args: object = forward ? { first: size, after: cursor } : { last: size, before: cursor }
    const { data, errors } = await ask(graphqlUrl, {
      query: PAGE,
      variables: { ...args, filter: list.filter },
    })
    expired = errors?.some(({ extensions }) => extensions?.code === 'CURSOR_EXPIRED') ?? false
    if (expired) break
    if (errors !== undefined) throw new Error(JSON.stringify(errors))
    const { edges, pageInfo } = (data as PageData).appointments
    pages.push({ requests, rows: edges.length })
    for (const { node } of edges) seen.set(node.restId, (seen.get(node.restId) ?? 0) + 1)
    hasMore = forward ? pageInfo.hasNextPage : pageInfo.hasPreviousPage
    cursor = (forward ? pageInfo.endCursor : pageInfo.startCursor) ?? cursor
    await list.change(Math.floor(random() * 11))
  }
  const stayed = [...list.stayed]
  return {
    rows: atStart.size,
    pages,
    expired,
    twice: stayed.filter((id) => (seen.get(id) ?? 0) > 1),
    missing: expired ? [] : stayed.filter((id) => atStart.has(id) && !seen.has(id)),
  }
}

const PAGE = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: AppointmentFilter) {
  appointments(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    edges { node { restId } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`

interface PageData {
  readonly appointments: {
    readonly edges: readonly { readonly node: { readonly restId: string } }[]
    readonly pageInfo: PageInfo
  }
}
