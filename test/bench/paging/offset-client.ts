import type { ReadWindow } from './rest-list.ts'

/** All pages of 100, one after the other: how a plain client counts, and how it finds the last rows. */
export async function readAll(read: ReadWindow): Promise<number> {
  let offset = 0
  for (;;) {
    const page = await read(offset, 100)
    if (page === undefined) throw new Error('The upstream refused a page of 100')
    offset += page.rows.length
    if (!page.hasMore) return offset
  }
}
