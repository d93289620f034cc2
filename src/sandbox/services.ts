import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Appointments } from './appointments.ts'
import type { Exchange } from './exchange.ts'
import type { Once } from './idempotency.ts'
import type { Ids } from './ids.ts'
import type { Knobs } from './knobs.ts'

/** What the routes work with. */
export interface Services {
  readonly appointments: Appointments
  readonly once: Once
  readonly ids: Ids
  readonly knobs: Knobs
  readonly clock: () => Date
}

export type Api = OpenAPIHono<Exchange>
