import { randomBytes, randomUUID } from 'node:crypto'
import type { Knobs } from './knobs.ts'

export type IdPrefix = 'apt' | 'pat' | 'cli' | 'type' | 'loc' | 'epi'

/** Ids of the vendor's pages are opaque: prefixed on some, bare UUIDs on others. `uuid` makes sample ids repeatable. */
export function createIds(style: Knobs['ids']) {
  return (prefix: IdPrefix, uuid: string = randomUUID()): string =>
    style === 'prefixed' ? `${prefix}_${uuid}` : uuid
}
export type Ids = ReturnType<typeof createIds>

export function createRequestId(): string {
  return `req_${randomBytes(12).toString('hex')}`
}
