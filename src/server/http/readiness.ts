import type { Plugin } from 'graphql-yoga'
import type { UpstreamState } from '../../rest/exchange/upstream-state.ts'

interface ReadinessOptions {
  readonly isStopping: () => boolean
  readonly upstream: () => UpstreamState
}

/**
 * `GET /ready` says no only while the process stops. A failing upstream takes no instance out of service, because coded
 * errors and cached answers are still worth having; its state is in the body.
 */
export function useReadiness({ isStopping, upstream }: ReadinessOptions): Plugin {
  return {
    onRequest({ request, url, fetchAPI, endResponse }) {
      if (request.method !== 'GET' || url.pathname !== '/ready') return
      const [status, code] = isStopping() ? (['stopping', 503] as const) : (['ready', 200] as const)
      endResponse(fetchAPI.Response.json({ status, upstream: upstream() }, { status: code }))
    },
  }
}
