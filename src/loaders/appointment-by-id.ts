import DataLoader from 'dataloader'
import type { Appointments, RetrievedRow } from '../rest/appointments/appointments.ts'
import { tooCostly } from '../rest/pipe/ledger.ts'
import type { Operation } from '../rest/pipe/pipe.ts'

export interface Wholes {
  load(id: string): Promise<RetrievedRow>
  forget(id: string): void
}

/**
 * Loads whole appointments, each once. The API can't fetch several at once, so what a batch is for is its cost: one
 * that can't be completed within the operation's ceiling is not begun.
 */
export function createWholes(rest: Appointments, by: Operation): Wholes {
  const loader = new DataLoader<string, Promise<RetrievedRow>>(async (ids) => {
    const { exchanges, ceiling } = by.ledger
    const isAffordable = exchanges + ids.length <= ceiling
    const costly = new Set(isAffordable ? [] : ids.filter((id) => !rest.holds(id, by)))
    const needed = exchanges + costly.size
    // A promise for each, so that the slowest holds up nobody else.
    if (needed <= ceiling) return ids.map((id) => rest.retrieve(id, by))
    const refusal = tooCostly({ min: needed, max: needed }, ceiling)
    return ids.map((id) => (costly.has(id) ? refusal : rest.retrieve(id, by)))
  })
  return {
    // A promise of a promise is the inner one.
    load: (id) => loader.load(id) as Promise<unknown> as Promise<RetrievedRow>,
    forget: (id) => void loader.clear(id),
  }
}
