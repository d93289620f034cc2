import DataLoader from 'dataloader'
import type { Appointments, RetrievedRow } from '../rest/appointments/appointments.ts'
import { tooCostly } from '../rest/errors.ts'
import type { Operation } from '../rest/pipe/pipe.ts'

export interface AppointmentById {
  load(id: string): Promise<RetrievedRow>
  forget(id: string): void
}

/**
 * Loads whole appointments, each once. The API can't fetch several at once, so a batch serves only to add up its cost: the
 * gateway does not begin one that can't be completed within the operation's ceiling.
 */
export function createAppointmentById(appointments: Appointments, by: Operation): AppointmentById {
  const loader = new DataLoader<string, Promise<RetrievedRow>>(async (ids) => {
    const { exchanges, ceiling } = by.ledger
    const isAffordable = exchanges + ids.length <= ceiling
    const costly = new Set(isAffordable ? [] : ids.filter((id) => !appointments.hasCached(id, by)))
    const needed = exchanges + costly.size
    // A promise for each id, so that the slowest read delays no other.
    if (needed <= ceiling) return ids.map((id) => appointments.retrieve(id, by))
    const refusal = tooCostly({ min: needed, max: needed }, ceiling)
    return ids.map((id) => (costly.has(id) ? refusal : appointments.retrieve(id, by)))
  })
  return {
    // A promise of a promise is the inner one.
    load: (id) => loader.load(id) as Promise<unknown> as Promise<RetrievedRow>,
    forget: (id) => void loader.clear(id),
  }
}
