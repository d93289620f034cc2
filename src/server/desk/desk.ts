import type { FetchAPI, Plugin } from 'graphql-yoga'
import { isAt } from '../http/path.ts'
import { answerText, type CompressedText, compressText } from '../pages/compressed-text.ts'
import { contentPolicy, createPageHeaders } from '../pages/pages.ts'
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
export function useDesk({ endpoint, timeZone, trusted, graphiql }: DeskOptions): Plugin {
  const path = deskPath(endpoint)
  const headers = createPageHeaders()

  let page: Promise<CompressedText> | undefined

  async function compressPage(): Promise<CompressedText> {
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
  }

  async function answerPage(request: Request, fetchAPI: FetchAPI): Promise<Response> {
    page ??= compressPage()
    const loaded = await page
    headers.set(request, PAGE_HEADERS)
    return answerText(loaded, request, fetchAPI)
  }

  async function answerFile(request: Request, name: string, fetchAPI: FetchAPI): Promise<Response> {
    const { script, style } = await loadDesk()
    const file = { [`${script.hash}.js`]: script, [`${style.hash}.css`]: style }[name]
    if (file === undefined) return new fetchAPI.Response('', { status: 404 })
    headers.set(request, { 'cache-control': 'public, max-age=31536000, immutable' })
    return answerText(file, request, fetchAPI)
  }

  return {
    async onRequest({ request, url, fetchAPI, endResponse }) {
      if (request.method !== 'GET' || !isAt(url, path)) return
      // Relative URLs of the page begin at its folder.
      if (url.pathname.endsWith('/'))
        return endResponse(new fetchAPI.Response('', { status: 308, headers: { location: '../desk' } }))
      const name = url.searchParams.get(FILE)
      endResponse(await (name === null ? answerPage(request, fetchAPI) : answerFile(request, name, fetchAPI)))
    },
    onResponse: headers.onResponse,
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
