import { PAGE_LIMIT } from '../contract/list.ts'
import type { RestClient } from '../rest/client.ts'
import type { Operation } from '../rest/pipe/pipe.ts'
import { type AppointmentLoader, createAppointmentLoader } from './appointments.ts'
import { createIdempotencyKeys } from './idempotency.ts'
import type { ListMemory } from './list-memory.ts'
import { createPricing, type Pricing } from './pricing.ts'

/** One set for each GraphQL request: what it remembers lives as long as the request, and nobody else sees it. */
export interface Loaders {
  readonly appointments: AppointmentLoader
  readonly pricing: Pricing
  readonly idempotencyKey: (callersKey: string | null, path: string) => string
}

export interface LoadersOptions {
  readonly rest: RestClient
  readonly listMemory: ListMemory
  readonly maxPageSize: number
}

export function createLoaders({ rest, listMemory, maxPageSize }: LoadersOptions, by: Operation): Loaders {
  const { appointments } = rest
  const limits = { maxPageSize, maxReadSize: PAGE_LIMIT.max }
  return {
    appointments: createAppointmentLoader({ appointments, listMemory, by, limits }),
    pricing: createPricing({ appointments, listMemory, by, limits }),
    idempotencyKey: createIdempotencyKeys(),
  }
}
