import { setTimeout as wait } from 'node:timers/promises'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { matchedRoutes } from 'hono/route'
import type { Middleware, RequestContext } from '../http/context.ts'
import { ApiError } from '../http/errors.ts'
import type { FaultQueue } from './queue.ts'

/** Applies the pending faults, after the quota has counted the request. `stopping` ends the delays. */
export function injectFaults(queue: FaultQueue, stopping: AbortSignal): Middleware {
  return async (c, next) => {
    const fault = queue.take(routeName(c))
    if (!fault) return await next()
    if (fault.delay_ms) await wait(fault.delay_ms, undefined, { signal: stopping }).catch(() => {})
    if (fault.drop !== 'before' && fault.status !== undefined) {
      throw new ApiError(fault.status, fault.code ?? 'INJECTED_FAULT', 'This error was asked for at /_faults')
    }
    if (fault.drop !== 'before') await next()
    if (fault.drop) {
      c.env.incoming.socket.destroy()
      c.res = RESPONSE_ALREADY_SENT
    }
  }
}

/** The route of the request as the OpenAPI document writes it, such as `GET /appointments/{id}`. */
function routeName(c: RequestContext): string | undefined {
  const route = matchedRoutes(c).find(({ method }) => method !== 'ALL')
  return route && `${route.method} ${route.path.replaceAll(/:(\w+)/g, '{$1}')}`
}
