import type { FetchAPI, Plugin } from 'graphql-yoga'
import type { UpstreamReport } from '../../rest/exchange/report.ts'
import type { MaybePromise } from '../../shared/maybe-promise.ts'
import { isAt } from './path.ts'

interface ReadinessOptions {
  readonly isStopping: () => boolean
  readonly upstream: () => MaybePromise<UpstreamReport>
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
 * its events and of what instances share, and what is left of the quota of the gateway's own key.
 */
export function useReadiness({ isStopping, upstream }: ReadinessOptions): Plugin {
  async function answer({ Response }: FetchAPI): Promise<Response> {
    const { state, events, shared, quota } = await upstream()
    const [status, code] = isStopping() ? (['stopping', 503] as const) : (['ready', 200] as const)
    return Response.json({ status, upstream: state, events, shared, quota }, { status: code })
  }
  return {
    // Every request comes by here, and only this one waits.
    onRequest: ({ url, fetchAPI, endResponse }) =>
      isAt(url, '/ready') ? answer(fetchAPI).then(endResponse) : undefined,
  }
}
