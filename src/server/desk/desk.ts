import type { Route, RouteRequest } from '../http/routes.ts'
import { answerText, compressText } from '../pages/compressed-text.ts'
import { contentPolicy } from '../pages/content-policy.ts'
import { loadOnce } from '../pages/load-once.ts'
import { loadDesk } from './files.ts'
import { renderDeskPage } from './page.ts'

export interface DeskOptions {
  /** The path of the GraphQL endpoint. The desk is next to it. */
  readonly endpoint: string
  readonly timeZone: string
  /** The gateway runs trusted documents only, so the desk sends hashes. */
  readonly trusted: boolean
  /** The page has a link to GraphiQL. */
  readonly graphiql: boolean
}

/** The query parameter that names a file. With it the page needs no second route where another server mounts the gateway. */
const FILE = 'file'

/** The path of the desk, next to the GraphQL endpoint. */
export function deskPath(endpoint: string): string {
  return endpoint.replace(/[^/]*$/, 'desk')
}

/** Serves the desk, a front end for a receptionist, next to the GraphQL endpoint. The desk is a client like any other. */
export function deskRoute({ endpoint, timeZone, trusted, graphiql }: DeskOptions): Route {
  const loadPage = loadOnce(async () => {
    const { script, style } = await loadDesk()
    const html = renderDeskPage({
      scriptUrl: `?${FILE}=${script.hash}.js`,
      styleUrl: `?${FILE}=${style.hash}.css`,
      endpoint: endpoint.slice(endpoint.lastIndexOf('/') + 1),
      timeZone,
      trusted,
      graphiql,
    })
    return compressText(html, 'text/html; charset=utf-8')
  })

  async function answerPage({ request, fetchAPI, setHeaders }: RouteRequest): Promise<Response> {
    const page = await loadPage()
    setHeaders(PAGE_HEADERS)
    return answerText(page, request, fetchAPI)
  }

  async function answerFile(
    name: string,
    { request, fetchAPI, setHeaders }: RouteRequest,
  ): Promise<Response> {
    const { script, style } = await loadDesk()
    const file = { [`${script.hash}.js`]: script, [`${style.hash}.css`]: style }[name]
    if (file === undefined) return new fetchAPI.Response('', { status: 404 })
    setHeaders({ 'cache-control': 'public, max-age=31536000, immutable' })
    return answerText(file, request, fetchAPI)
  }

  return {
    path: deskPath(endpoint),
    methods: ['GET'],
    answer(routeRequest) {
      const { url, fetchAPI } = routeRequest
      // Relative URLs of the page begin at its folder.
      if (url.pathname.endsWith('/'))
        return new fetchAPI.Response('', { status: 308, headers: { location: '../desk' } })
      const name = url.searchParams.get(FILE)
      return name === null ? answerPage(routeRequest) : answerFile(name, routeRequest)
    },
  }
}

/** The browser loads only the two files, and sends requests to no other host. */
const PAGE_HEADERS = {
  'cache-control': 'no-cache',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'content-security-policy': contentPolicy([
    "connect-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    'img-src data:',
    "require-trusted-types-for 'script'",
  ]),
}
