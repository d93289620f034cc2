import { resolveOffsetConnection } from '@pothos/plugin-relay'
import type { ReadWindow } from './rest-list.ts'

/** Reads all pages through the offset connection of Pothos. Returns the number of rows, or undefined if the upstream refuses a request. */
export async function walkWithPothos(read: ReadWindow, first: number): Promise<number | undefined> {
  let rows = 0
  let after: string | null = null
  for (;;) {
    const args: { first: number; after: string | null } = { first, after }
    const page = await resolveOffsetConnection({ args, maxSize: 500 }, async ({ offset, limit }) => {
      return (await read(offset, limit))?.rows.map((row) => ({ row })) ?? null
    })
    if (page === null || page === undefined) return undefined
    rows += page.edges.length
    if (!page.pageInfo.hasNextPage) return rows
    after = page.pageInfo.endCursor ?? null
  }
}
