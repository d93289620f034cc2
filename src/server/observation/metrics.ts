import type { Plugin } from 'graphql-yoga'
import { isNarrowed } from '../../rest/access.ts'
import { answerRefusal, refusalOf } from '../errors.ts'
import type { ReportFault } from '../gateway-options.ts'
import { requireLoopbackName } from '../http/loopback.ts'
import { isAt } from '../http/path.ts'
import type { Identify } from '../identity/identity.ts'
import { badRequest, credentialNeeded, metricsForbidden } from '../refusals.ts'
import type { MetricsPage } from './observer.ts'

export interface MetricsOptions {
  readonly read: () => Promise<MetricsPage>
  readonly identify: Identify
  readonly loopbackOnly: boolean
  readonly reportFault: ReportFault
}

const PATH = '/metrics'

/**
 * Serves the metrics to callers that may read every appointment. Metrics contain no patient data, but the number of a
 * clinic's appointments is confidential too.
 */
export function useMetrics({ read, identify, loopbackOnly, reportFault }: MetricsOptions): Plugin {
  async function answer(request: Request): Promise<MetricsPage> {
    if (loopbackOnly) requireLoopbackName(request)
    if (request.method !== 'GET')
      throw badRequest('Metrics are read by GET.', { status: 405, headers: { allow: 'GET' } })
    const { credential, access } = await identify(request.headers.get('authorization'))
    if (credential === null) throw credentialNeeded('Send a token with the scope appointments:read.')
    if (!access.mayRead || isNarrowed(access)) throw metricsForbidden()
    return read()
  }

  return {
    async onRequest({ request, url, fetchAPI, endResponse }) {
      if (!isAt(url, PATH)) return
      try {
        const { text, contentType } = await answer(request)
        endResponse(new fetchAPI.Response(text, { headers: { 'content-type': contentType } }))
      } catch (error) {
        endResponse(answerRefusal(refusalOf(error, reportFault), fetchAPI))
      }
    },
  }
}
