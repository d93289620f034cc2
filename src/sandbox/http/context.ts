import type { HttpBindings } from '@hono/node-server'
import type { Context, MiddlewareHandler } from 'hono'

/** Hono's environment: the Node request behind each request, and the variables that middlewares add to its context. */
export interface Env {
  Bindings: HttpBindings
  Variables: { requestId: string; caller: Caller }
}

export type Middleware = MiddlewareHandler<Env>
export type RequestContext = Context<Env>

/** The key of a request, without its secret. `keyId` is the `performed_by` of an action. */
export interface Caller {
  readonly keyId: string
  readonly organisation: string
  readonly scopes: readonly Scope[]
}

/** The scopes of a key; by default, all of them. The public pages name the first two. */
export const SCOPES = [
  'read_appointments',
  'write_appointments',
  'read_clinicians',
  'read_locations',
  'read_appointment_templates',
  'read_patients',
  'write_patients',
] as const
export type Scope = (typeof SCOPES)[number]
