import type { Route } from '../http/routes.ts'
import { contentPolicy } from '../pages/content-policy.ts'
import { renderHtml } from '../pages/html.ts'
import { ICON } from '../pages/icon.ts'

export interface HomeOptions {
  readonly endpoint: string
  /** Whether browsers find GraphiQL at the endpoint. */
  readonly graphiql: boolean
}

export const ICON_ROUTE: Route = {
  path: '/favicon.ico',
  methods: ['GET'],
  answer({ fetchAPI, setHeaders }) {
    setHeaders({ 'cache-control': 'public, max-age=86400' })
    return new fetchAPI.Response(ICON, { headers: { 'content-type': 'image/svg+xml' } })
  },
}

/** `/` redirects to GraphiQL, or has a short page. */
export function homeRoute({ endpoint, graphiql }: HomeOptions): Route {
  const page = renderHome(endpoint)
  return {
    path: '/',
    methods: ['GET'],
    answer({ fetchAPI, setHeaders }) {
      if (graphiql) return redirectTo(endpoint, fetchAPI)
      setHeaders({ 'content-security-policy': PAGE_POLICY })
      return new fetchAPI.Response(page, { headers: { 'content-type': 'text/html; charset=utf-8' } })
    },
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
