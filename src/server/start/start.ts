import { readdir, readFile } from 'node:fs/promises'
import type { FetchAPI } from 'graphql-yoga'
import type { UpstreamReport } from '../../rest/exchange/report.ts'
import type { MaybePromise } from '../../shared/maybe-promise.ts'
import { isForThisMachine, isLoopback } from '../http/loopback.ts'
import type { NodeContext } from '../http/node-handler.ts'
import type { Route, RouteRequest } from '../http/routes.ts'
import { answerText, type CompressedText, compressText } from '../pages/compressed-text.ts'
import { contentPolicy } from '../pages/content-policy.ts'
import { loadOnce } from '../pages/load-once.ts'
import type { OperationHistory } from './operations.ts'
import { type Links, renderStartPage, STYLE } from './page.ts'

export interface StartOptions {
  /** The link to the API is only for browsers on this machine, because the sandbox listens on loopback only. */
  readonly links: Links
  /** Answers only requests with a loopback name, as for operations (see `useLoopbackNames`). */
  readonly loopbackOnly: boolean
  /** The state of the upstream, with the quota of the gateway's own key if there is one. */
  readonly upstream: () => MaybePromise<UpstreamReport>
  readonly history: OperationHistory
}

/** The query parameter that names a file of the page. */
const FILE = 'file'

/** The file names of the page for browsers on this machine, and for all others. */
const PAGES = { here: 'here.html', elsewhere: 'elsewhere.html' }

/**
 * Serves the start page, at `/` in development: the remaining quota, the requests that the cache has saved, and the latest
 * operations with their cost. A client that does not accept HTML gets the figures as JSON, as the page's own script does.
 * Neither sends an upstream request.
 */
export function startRoute({ links, loopbackOnly, upstream, history }: StartOptions): Route {
  /** The files by name: the two pages, their script and style, and the documentation. */
  const loadFiles = loadOnce(async (): Promise<ReadonlyMap<string, CompressedText>> => {
    const [code, docs] = await Promise.all([
      readFile(new URL('./start-page.js', import.meta.url), 'utf8'),
      readDocs(),
    ])
    const script = await compressText(code, 'text/javascript; charset=utf-8')
    const style = await compressText(STYLE, 'text/css; charset=utf-8')
    const urlOf = (name: string) => `?${FILE}=${name}`
    const [scriptName, styleName] = [`${script.hash}.js`, `${style.hash}.css`]
    const pageWith = (ownLinks: Links) =>
      renderStartPage({
        links: ownLinks,
        docs: [...docs].map(([name, text]) => ({
          href: urlOf(name),
          title: /^# (.+)/m.exec(text)?.[1] ?? name,
        })),
        scriptUrl: urlOf(scriptName),
        styleUrl: urlOf(styleName),
      })
    const files = [...docs].map(async ([name, text]) => [name, await compressText(text, TEXT)] as const)
    return new Map([
      [PAGES.here, await compressText(pageWith(links), HTML)],
      [PAGES.elsewhere, await compressText(pageWith({ ...links, api: null }), HTML)],
      [scriptName, script],
      [styleName, style],
      ...(await Promise.all(files)),
    ])
  })

  async function answerFile(
    name: string,
    { request, fetchAPI, setHeaders }: RouteRequest,
  ): Promise<Response> {
    const file = (await loadFiles()).get(name)
    if (file === undefined) return new fetchAPI.Response('', { status: 404 })
    setHeaders(PAGE)
    return answerText(file, request, fetchAPI)
  }

  async function answerFigures({ Response }: FetchAPI): Promise<Response> {
    const { state, events, shared, quota } = await upstream()
    const known = { quota, upstream: state, events, shared }
    return Response.json({ ...known, totals: history.totals(), operations: history.latest() })
  }

  return {
    // Not `//`: the page's script fetches its own path, and would take that for the beginning of a host.
    path: /^\/$/,
    methods: ['GET'],
    answer(routeRequest) {
      const { request, url, fetchAPI, context } = routeRequest
      if (loopbackOnly && !isForThisMachine(request)) return undefined
      const file = url.searchParams.get(FILE)
      const isPage = request.headers.get('accept')?.includes('text/html') ?? false
      const page = isFromThisMachine(request, context) ? PAGES.here : PAGES.elsewhere
      return file !== null || isPage ? answerFile(file ?? page, routeRequest) : answerFigures(fetchAPI)
    },
  }
}

/** Checks both: a loopback name may lead into a container, and a proxy on this machine may forward for other machines. */
function isFromThisMachine(request: Request, context: NodeContext | undefined): boolean {
  return isForThisMachine(request) && isLoopback(context?.req?.socket.remoteAddress ?? '')
}

/** The root of the package: the documents are next to `src` and `dist`. */
const PACKAGE = new URL('../../../', import.meta.url)
const HTML = 'text/html; charset=utf-8'
/** Browsers show Markdown as plain text. */
const TEXT = 'text/plain; charset=utf-8'

/** The texts of the README and of the documents, by file name. */
async function readDocs(): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(new URL('docs/', PACKAGE))
  const paths = ['README.md', ...names.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)]
  return new Map(
    await Promise.all(
      paths.map(async (path) => [path, await readFile(new URL(path, PACKAGE), 'utf8')] as const),
    ),
  )
}

/** The browser loads only the two files, and sends requests to no other host. */
const PAGE = {
  vary: 'Accept',
  'cache-control': 'no-cache',
  'content-security-policy': contentPolicy([
    "connect-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    'img-src data:',
  ]),
}
