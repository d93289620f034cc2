import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Directory } from './directory/directory.ts'
import type { Env } from './http/context.ts'
import type { Ids } from './ids.ts'
import type { Knobs } from './options.ts'
import type { Appointments } from './storage/appointments.ts'
import type { RunIdempotently } from './storage/idempotency.ts'
import type { Webhooks } from './webhooks/webhooks.ts'

export interface Services {
  readonly appointments: Appointments
  readonly directory: Directory
  readonly runIdempotently: RunIdempotently
  readonly webhooks: Webhooks
  readonly ids: Ids
  readonly knobs: Knobs
  readonly clock: () => Date
}

export type Api = OpenAPIHono<Env>
