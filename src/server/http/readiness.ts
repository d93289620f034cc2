import type { Plugin } from 'graphql-yoga'
import type { UpstreamState } from '../../rest/exchange/upstream-state.ts'
import type { SharedState } from '../../shared/shared.ts'
import type { FeedState } from '../gateway-options.ts'
import { isAt } from './path.ts'

interface ReadinessOptions {
  readonly isStopping: () => boolean
  readonly upstream: () => UpstreamState
  readonly events: () => FeedState | 'off'
  readonly shared: () => SharedState
}

/** `/health` says yes as long as the process answers at all. Probes ask by any method. */
export function useHealth(): Plugin {
  return {
    onRequest({ url, fetchAPI, endResponse }) {
      if (isAt(url, '/health')) endResponse(new fetchAPI.Response(null, { status: 200 }))
    },
  }
}

/**
 * `/ready` says no only while the process stops. A failing upstream takes no instance out of service, because coded
 * errors and cached answers are still worth having; its state is in the body, and those of
 * its events and of what instances share.
 */
export function useReadiness({ isStopping, upstream, events, shared }: ReadinessOptions): Plugin {
  return {
    onRequest({ url, fetchAPI, endResponse }) {
      if (!isAt(url, '/ready')) return
      const [status, code] = isStopping() ? (['stopping', 503] as const) : (['ready', 200] as const)
      const body = { status, upstream: upstream(), events: events(), shared: shared() }
      endResponse(fetchAPI.Response.json(body, { status: code }))
    },
  }
}
