import { readdir, readFile } from 'node:fs/promises'
import type { FetchAPI, Plugin } from 'graphql-yoga'
import type { UpstreamReport } from '../../rest/exchange/report.ts'
import type { MaybePromise } from '../../shared/maybe-promise.ts'
import { isForThisMachine, isLoopback } from '../http/loopback.ts'
import type { NodeContext } from '../http/node-handler.ts'
import { addToVary } from '../http/privacy.ts'
import { type Packed, pack, packedAnswer } from '../pages/packed.ts'
import { contentPolicy, createPageHeaders } from '../pages/pages.ts'
import type { OperationHistory } from './operations.ts'
import { type Links, renderStartPage, STYLE } from './page.ts'

export interface StartOptions {
  /** That of the API is shown only to browsers of this machine: the API behind listens for it alone. */
  readonly links: Links
  /** As for operations: a page of another site that has this machine's address under its own name reads no figure. */
  readonly loopbackOnly: boolean
  /** Of the gateway's own key; without one, of none. */
  readonly upstream: () => MaybePromise<UpstreamReport>
  readonly history: OperationHistory
}

/** The query parameter that names a file of the page. */
const FILE = 'file'

/** The page as browsers of this machine get it, and as all others do. */
const PAGES = { here: 'here.html', elsewhere: 'elsewhere.html' }

/**
 * The start page, at `/` in development: what is left of the quota, what memory has saved, and the last operations with their
 * cost. Whoever does not ask for HTML gets the figures as JSON, as the page's own script does. It asks the upstream nothing.
 */
export function useStartPage({
  links,
  loopbackOnly,
  upstream,
  history,
}: StartOptions): Plugin<object, NodeContext> {
  const headers = createPageHeaders()
  let loading: Promise<ReadonlyMap<string, Packed>> | undefined

  /** The page by `PAGES`, and its files by their names. */
  async function load(): Promise<ReadonlyMap<string, Packed>> {
    const [code, docs] = await Promise.all([
      readFile(new URL('./start-page.js', import.meta.url), 'utf8'),
      readDocs(),
    ])
    const script = await pack(code, 'text/javascript; charset=utf-8')
    const style = await pack(STYLE, 'text/css; charset=utf-8')
    const urlOf = (name: string) => `?${FILE}=${name}`
    const [scriptName, styleName] = [`${script.hash}.js`, `${style.hash}.css`]
    const pageWith = (shown: Links) =>
      renderStartPage({
        links: shown,
        docs: [...docs].map(([name, text]) => ({
          href: urlOf(name),
          title: /^# (.+)/m.exec(text)?.[1] ?? name,
        })),
        scriptUrl: urlOf(scriptName),
        styleUrl: urlOf(styleName),
      })
    const files = [...docs].map(async ([name, text]) => [name, await pack(text, TEXT)] as const)
    return new Map([
      [PAGES.here, await pack(pageWith(links), HTML)],
      [PAGES.elsewhere, await pack(pageWith({ ...links, api: null }), HTML)],
      [scriptName, script],
      [styleName, style],
      ...(await Promise.all(files)),
    ])
  }

  async function answerFile(request: Request, name: string, fetchAPI: FetchAPI): Promise<Response> {
    loading ??= load()
    const file = (await loading).get(name)
    if (file === undefined) return new fetchAPI.Response('', { status: 404 })
    headers.set(request, PAGE)
    return packedAnswer(file, request, fetchAPI)
  }

  async function answerFigures({ Response }: FetchAPI): Promise<Response> {
    const { state, events, shared, quota } = await upstream()
    const known = { quota, upstream: state, events, shared }
    return Response.json({ ...known, totals: history.totals(), operations: history.latest() })
  }

  return {
    onRequest({ request, url, fetchAPI, endResponse, serverContext }) {
      if (request.method !== 'GET' || (loopbackOnly && !isForThisMachine(request))) return undefined
      if (url.pathname !== '/') return undefined
      const file = url.searchParams.get(FILE)
      const isPage = request.headers.get('accept')?.includes('text/html') ?? false
      const page = isFromThisMachine(request, serverContext) ? PAGES.here : PAGES.elsewhere
      const answer =
        file !== null || isPage ? answerFile(request, file ?? page, fetchAPI) : answerFigures(fetchAPI)
      return answer.then(endResponse)
    },
    onResponse({ request, response }) {
      headers.onResponse({ request, response })
      if (headers.get(request) === PAGE) addToVary(response.headers, 'Accept')
    },
  }
}

/** Both: the name of this machine may lead into a container, and a proxy on it may serve others. */
function isFromThisMachine(request: Request, context: NodeContext | undefined): boolean {
  return isForThisMachine(request) && isLoopback(context?.req?.socket.remoteAddress ?? '')
}

/** The documents are beside the sources, and beside what is built of them. */
const PACKAGE = new URL('../../../', import.meta.url)
const HTML = 'text/html; charset=utf-8'
/** A browser shows it as it is. */
const TEXT = 'text/plain; charset=utf-8'

/** The texts of the README and of the documents, by their names. */
async function readDocs(): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(new URL('docs/', PACKAGE))
  const paths = ['README.md', ...names.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)]
  return new Map(
    await Promise.all(
      paths.map(async (path) => [path, await readFile(new URL(path, PACKAGE), 'utf8')] as const),
    ),
  )
}

/** The browser runs and shows nothing but the two files, and asks no other host. */
const PAGE = {
  'cache-control': 'no-cache',
  'content-security-policy': contentPolicy([
    "connect-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    'img-src data:',
  ]),
}
