import type { RequestListener } from 'node:http'
import type { MetricsPage } from '../../server/observation/observer.ts'

/** Answers `GET /metrics`, and nothing else, to whoever can reach the port. */
export function metricsHandler(read: () => Promise<MetricsPage>): RequestListener {
  return async ({ method = '', url = '' }, response) => {
    const isThere = /^\/metrics\/?(?:\?|$)/.test(url)
    if (!isThere) return void response.writeHead(404).end()
    if (!['GET', 'HEAD'].includes(method)) return void response.writeHead(405, { allow: 'GET' }).end()
    try {
      const { text, contentType } = await read()
      response.writeHead(200, { 'content-type': contentType }).end(text)
    } catch {
      response.writeHead(500).end()
    }
  }
}
