import type { FetchAPI, Plugin } from 'graphql-yoga'
import type { UpstreamReport } from '../../rest/exchange/report.ts'
import type { MaybePromise } from '../../shared/maybe-promise.ts'
import { isAt } from './path.ts'

interface ReadinessOptions {
  readonly isStopping: () => boolean
  readonly upstream: () => MaybePromise<UpstreamReport>
}

/** `/health` answers 200 as long as the process runs, to any method, because probes use several. */
export function useHealth(): Plugin {
  return {
    onRequest({ url, fetchAPI, endResponse }) {
      if (isAt(url, '/health')) endResponse(new fetchAPI.Response(null, { status: 200 }))
    },
  }
}

/**
 * `/ready` answers 503 only while the process stops. A failing upstream takes no instance out of service, because coded
 * errors and cached answers are still useful. The body has the states of the upstream, of its events and of the store that
 * instances share, and the remaining quota of the gateway's own key.
 */
export function useReadiness({ isStopping, upstream }: ReadinessOptions): Plugin {
  async function answer({ Response }: FetchAPI): Promise<Response> {
    const { state, events, shared, quota } = await upstream()
    const [status, code] = isStopping() ? (['stopping', 503] as const) : (['ready', 200] as const)
    return Response.json({ status, upstream: state, events, shared, quota }, { status: code })
  }
  return {
    // Called for every request: only this path may return a promise.
    onRequest: ({ url, fetchAPI, endResponse }) =>
      isAt(url, '/ready') ? answer(fetchAPI).then(endResponse) : undefined,
  }
}
