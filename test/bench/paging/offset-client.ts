import type { ReadWindow } from './rest-list.ts'

/** Reads all pages of 100, as a plain client does to count a list or to find its last rows. Returns the number of rows. */
export async function readAll(read: ReadWindow): Promise<number> {
  let offset = 0
  for (;;) {
    const page = await read(offset, 100)
    if (page === undefined) throw new Error('The upstream refused a page of 100')
    offset += page.rows.length
    if (!page.hasMore) return offset
  }
}
