import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Exchange } from './http/exchange.ts'
import type { Ids } from './ids.ts'
import type { Knobs } from './knobs.ts'
import type { Appointments } from './storage/appointments.ts'
import type { Once } from './storage/idempotency.ts'

/** What the routes work with. */
export interface Services {
  readonly appointments: Appointments
  readonly once: Once
  readonly ids: Ids
  readonly knobs: Knobs
  readonly clock: () => Date
}

export type Api = OpenAPIHono<Exchange>
