import { randomUUID } from 'node:crypto'
import type { Knobs } from './options.ts'

export type IdPrefix = 'apt' | 'pat' | 'cli' | 'type' | 'loc' | 'epi'

/** The vendor's pages have prefixed ids and bare UUIDs. Sample rows pass a repeatable `uuid`. */
export function createIds(style: Knobs['ids']) {
  return (prefix: IdPrefix, uuid: string = randomUUID()): string =>
    style === 'prefixed' ? `${prefix}_${uuid}` : uuid
}
export type Ids = ReturnType<typeof createIds>
