import DataLoader from 'dataloader'
import { tooCostly } from '../rest/errors.ts'
import type { Operation } from '../rest/pipe/pipe.ts'

export interface ReadById<Row> {
  load(id: string): Promise<Row>
  forget(id: string): void
}

export interface ReadByIdOptions<Row> {
  readonly retrieve: (id: string) => Promise<Row>
  /** Whether a read of it is free now. */
  readonly hasCached: (id: string) => boolean
  readonly by: Operation
}

/**
 * Reads items one by one, each once. The upstream has no batch reads, so a batch only adds up its cost: the gateway does not begin
 * a batch that it can't complete within the operation's ceiling.
 */
export function createReadById<Row>({ retrieve, hasCached, by }: ReadByIdOptions<Row>): ReadById<Row> {
  const loader = new DataLoader<string, Promise<Row>>(async (ids) => {
    const { exchanges, ceiling } = by.ledger
    const isAffordable = exchanges + ids.length <= ceiling
    const costly = new Set(isAffordable ? [] : ids.filter((id) => !hasCached(id)))
    const needed = exchanges + costly.size
    // A promise for each id, so that the slowest read delays no other.
    if (needed <= ceiling) return ids.map((id) => retrieve(id))
    const refusal = tooCostly({ min: needed, max: needed }, ceiling)
    return ids.map((id) => (costly.has(id) ? refusal : retrieve(id)))
  })
  return {
    // A promise of a promise is the inner one.
    load: (id) => loader.load(id) as Promise<unknown> as Promise<Row>,
    forget: (id) => void loader.clear(id),
  }
}
