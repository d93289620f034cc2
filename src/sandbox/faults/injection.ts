import { setTimeout as wait } from 'node:timers/promises'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { matchedRoutes } from 'hono/route'
import type { ExchangeContext, Middleware } from '../http/exchange.ts'
import { Refusal } from '../http/refusal.ts'
import type { FaultQueue } from './queue.ts'

/** Between the quota and the routes: a request that meets a fault has counted. `stopping` cuts delays short. */
export function injectFaults(queue: FaultQueue, stopping: AbortSignal): Middleware {
  return async (c, next) => {
    const fault = queue.take(routeName(c))
    if (!fault) return await next()
    if (fault.delay_ms) await wait(fault.delay_ms, undefined, { signal: stopping }).catch(() => {})
    if (fault.drop !== 'before' && fault.status !== undefined) {
      throw new Refusal(fault.status, fault.code ?? 'INJECTED_FAULT', 'This error was asked for at /_faults')
    }
    if (fault.drop !== 'before') await next()
    if (fault.drop) {
      c.env.incoming.socket.destroy()
      c.res = RESPONSE_ALREADY_SENT
    }
  }
}

/** `GET /appointments/{id}`: what the document calls the route that this request is for. */
function routeName(c: ExchangeContext): string | undefined {
  const route = matchedRoutes(c).find(({ method }) => method !== 'ALL')
  return route && `${route.method} ${route.path.replaceAll(/:(\w+)/g, '{$1}')}`
}
