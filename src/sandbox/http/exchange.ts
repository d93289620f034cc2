import type { HttpBindings } from '@hono/node-server'
import type { Context, MiddlewareHandler } from 'hono'
import type { Caller } from './keys.ts'

/** What travels with one request from the door to its handler. */
export interface Exchange {
  Bindings: HttpBindings
  Variables: { requestId: string; caller: Caller }
}

export type Middleware = MiddlewareHandler<Exchange>
export type ExchangeContext = Context<Exchange>
