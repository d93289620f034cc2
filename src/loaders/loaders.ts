import { PAGE_LIMIT } from '../contract/list.ts'
import type { PageLimits } from '../pagination/arguments.ts'
import { type AppointmentLoader, createAppointmentLoader, type LoaderOptions } from './appointments.ts'

/** One set for each GraphQL request: what it remembers lives as long as the request, and nobody else sees it. */
export interface Loaders {
  readonly appointments: AppointmentLoader
}

export function createLoaders(options: LoaderOptions): Loaders {
  return { appointments: createAppointmentLoader(options) }
}

/** The sizes of pages: those of clients, and those of the upstream. */
export function pageLimits(maxPageSize: number): PageLimits {
  return { maxPageSize, maxReadSize: PAGE_LIMIT.max }
}
