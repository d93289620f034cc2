import { PAGE_LIMIT } from '../contract/list.ts'
import type { RestClient } from '../rest/client.ts'
import type { Operation } from '../rest/pipe/pipe.ts'
import { type AppointmentLoader, createAppointmentLoader } from './appointments.ts'
import { createIdempotencyKeys } from './idempotency.ts'
import { createMemory } from './memory.ts'
import { createPricing, type Pricing } from './pricing.ts'

/** One set for each GraphQL request: what it remembers is as old as the request, and nobody else's. */
export interface Loaders {
  readonly appointments: AppointmentLoader
  readonly pricing: Pricing
  readonly idempotencyKey: (callersKey: string | null, path: string) => string
}

export function createLoaders(
  rest: RestClient,
  by: Operation,
  options: { readonly maxPageSize: number },
): Loaders {
  const limits = { maxPageSize: options.maxPageSize, maxWindow: PAGE_LIMIT.max }
  return {
    appointments: createAppointmentLoader({
      rest,
      by,
      memory: createMemory(),
      limits,
    }),
    pricing: createPricing(rest, by, limits),
    idempotencyKey: createIdempotencyKeys(),
  }
}
