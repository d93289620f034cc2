import type { Plugin } from 'graphql-yoga'
import type { UpstreamState } from '../../rest/exchange/upstream-state.ts'
import type { FeedState } from '../gateway-options.ts'
import { isAt } from './path.ts'

interface ReadinessOptions {
  readonly isStopping: () => boolean
  readonly upstream: () => UpstreamState
  readonly events: () => FeedState | 'off'
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
 * errors and cached answers are still worth having; its state is in the body, and that of
 * its events.
 */
export function useReadiness({ isStopping, upstream, events }: ReadinessOptions): Plugin {
  return {
    onRequest({ url, fetchAPI, endResponse }) {
      if (!isAt(url, '/ready')) return
      const [status, code] = isStopping() ? (['stopping', 503] as const) : (['ready', 200] as const)
      endResponse(
        fetchAPI.Response.json({ status, upstream: upstream(), events: events() }, { status: code }),
      )
    },
  }
}
