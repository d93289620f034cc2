import type { Plugin } from 'graphql-yoga'
import { isAt } from '../http/path.ts'
import { renderHtml } from '../pages/html.ts'
import { ICON } from '../pages/icon.ts'
import { contentPolicy, createPageHeaders } from '../pages/pages.ts'

export interface HomeOptions {
  readonly endpoint: string
  /** Whether browsers find GraphiQL at the endpoint. */
  readonly graphiql: boolean
}

/** Answers the path `/` with a redirect to GraphiQL or with a short page, and `/favicon.ico` with the icon. */
export function useHome({ endpoint, graphiql }: HomeOptions): Plugin {
  const headers = createPageHeaders()
  const page = renderHome(endpoint)

  return {
    onRequest({ request, url, fetchAPI, endResponse }) {
      if (!['GET', 'HEAD'].includes(request.method)) return
      if (isAt(url, '/favicon.ico')) {
        headers.set(request, { 'cache-control': 'public, max-age=86400' })
        endResponse(new fetchAPI.Response(ICON, { headers: { 'content-type': 'image/svg+xml' } }))
      } else if (isAt(url, '/') && !isAt(url, endpoint)) {
        if (graphiql) return endResponse(redirectTo(endpoint, fetchAPI))
        headers.set(request, { 'content-security-policy': PAGE_POLICY })
        endResponse(new fetchAPI.Response(page, { headers: { 'content-type': 'text/html; charset=utf-8' } }))
      }
    },
    onResponse: headers.onResponse,
  }
}

/** Relative, so that it works behind any prefix. */
function redirectTo(endpoint: string, fetchAPI: { readonly Response: typeof Response }): Response {
  return new fetchAPI.Response(null, { status: 302, headers: { location: `.${endpoint}` } })
}

/** The page loads no files. */
const PAGE_POLICY = contentPolicy(['img-src data:', "style-src 'unsafe-inline'"])

function renderHome(endpoint: string): string {
  return renderHtml({
    title: 'Appointments gateway',
    head: `<style>
      body { font: 1rem/1.5 system-ui, sans-serif; margin: 10vh auto; max-width: 34rem; padding: 0 1rem }
    </style>`,
    body: `<h1>Appointments gateway</h1>
    <p>GraphQL is at <code>${endpoint}</code>, by POST.</p>
    <ul>
      <li><a href="./health">/health</a> says whether the gateway is alive.</li>
      <li><a href="./ready">/ready</a> says whether it takes requests, and how the upstream is.</li>
    </ul>`,
  })
}
