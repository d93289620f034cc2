import type { FetchAPI, Plugin } from 'graphql-yoga'
import { isAt } from '../http/path.ts'
import { type Packed, pack, packedAnswer } from '../pages/packed.ts'
import { contentPolicy, createPageHeaders } from '../pages/pages.ts'
import { loadDesk } from './files.ts'
import { renderDeskPage } from './page.ts'

export interface DeskOptions {
  /** The path of the GraphQL endpoint. The desk is beside it. */
  readonly endpoint: string
  readonly timeZone: string
  /** The gateway runs trusted documents only: the desk sends hashes. */
  readonly trusted: boolean
  /** The page of GraphiQL can be led to. */
  readonly graphiql: boolean
}

/** The query parameter that names a file. With it the page needs no second route where another server mounts the gateway. */
const FILE = 'file'

/** Beside the GraphQL endpoint. */
export function deskPath(endpoint: string): string {
  return endpoint.replace(/[^/]*$/, 'desk')
}

/** The desk: a front end for a receptionist, beside the GraphQL endpoint. It asks the gateway as any other client does. */
export function useDesk({ endpoint, timeZone, trusted, graphiql }: DeskOptions): Plugin {
  const path = deskPath(endpoint)
  const headers = createPageHeaders()

  let page: Promise<Packed> | undefined

  async function packPage(): Promise<Packed> {
    const { script, style } = await loadDesk()
    const html = renderDeskPage({
      scriptUrl: `?${FILE}=${script.hash}.js`,
      styleUrl: `?${FILE}=${style.hash}.css`,
      endpoint: endpoint.slice(endpoint.lastIndexOf('/') + 1),
      timeZone,
      trusted,
      graphiql,
    })
    return pack(html, 'text/html; charset=utf-8')
  }

  async function answerPage(request: Request, fetchAPI: FetchAPI): Promise<Response> {
    page ??= packPage()
    const packed = await page
    headers.set(request, PAGE_HEADERS)
    return packedAnswer(packed, request, fetchAPI)
  }

  async function answerFile(request: Request, asked: string, fetchAPI: FetchAPI): Promise<Response> {
    const { script, style } = await loadDesk()
    const file = { [`${script.hash}.js`]: script, [`${style.hash}.css`]: style }[asked]
    if (file === undefined) return new fetchAPI.Response('', { status: 404 })
    headers.set(request, { 'cache-control': 'public, max-age=31536000, immutable' })
    return packedAnswer(file, request, fetchAPI)
  }

  return {
    async onRequest({ request, url, fetchAPI, endResponse }) {
      if (request.method !== 'GET' || !isAt(url, path)) return
      // Relative URLs of the page begin at its folder.
      if (url.pathname.endsWith('/'))
        return endResponse(new fetchAPI.Response('', { status: 308, headers: { location: '../desk' } }))
      const asked = url.searchParams.get(FILE)
      endResponse(
        await (asked === null ? answerPage(request, fetchAPI) : answerFile(request, asked, fetchAPI)),
      )
    },
    onResponse: headers.onResponse,
  }
}

/** The browser runs and shows nothing but the two files, and asks no other host. */
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
