import { type Appointments, createAppointments } from './appointments.ts'
import { createBudget, type RateLimit } from './budget.ts'
import { type Counts, createCounts } from './counts.ts'
import { requireCredential } from './credential.ts'
import { guardAppointments } from './guard.ts'
import { pipe } from './pipe.ts'
import { createWire, type WireOptions } from './wire.ts'

export interface RestClient {
  readonly appointments: Appointments
  readonly counts: Counts
  readonly rateLimit: (credential: string | null) => RateLimit | null
  close(): Promise<void>
}

/** The REST API as the gateway sees it. One for the whole process; what it keeps, it keeps per credential. */
export function createRestClient(options: WireOptions & { readonly now?: () => number }): RestClient {
  const wire = createWire(options)
  const budget = createBudget(options.now ?? Date.now)
  const send = pipe([requireCredential, budget.layer], wire.send)
  return {
    appointments: guardAppointments(createAppointments(send)),
    counts: createCounts(),
    rateLimit: budget.rateLimit,
    close: wire.close,
  }
}
