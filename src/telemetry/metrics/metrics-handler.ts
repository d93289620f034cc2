import type { RequestListener } from 'node:http'
import type { MetricsPage } from '../../server/observation/observer.ts'

/** Serves `GET /metrics`, and nothing else, to any client that can reach the port. */
export function metricsHandler(read: () => Promise<MetricsPage>): RequestListener {
  return async ({ method = '', url = '' }, response) => {
    const isMetricsPath = /^\/metrics\/?(?:\?|$)/.test(url)
    if (!isMetricsPath) return void response.writeHead(404).end()
    if (!['GET', 'HEAD'].includes(method)) return void response.writeHead(405, { allow: 'GET' }).end()
    try {
      const { text, contentType } = await read()
      response.writeHead(200, { 'content-type': contentType }).end(text)
    } catch {
      response.writeHead(500).end()
    }
  }
}
