import type { Route, RouteRequest } from '../http/routes.ts'
import { answerText, type CompressedText, compressText } from '../pages/compressed-text.ts'
import { contentPolicy } from '../pages/content-policy.ts'
import { loadAssets } from './assets.ts'
import { renderPage } from './page.ts'
import { readSample, type SendRequest } from './sample.ts'
import { tourTabs } from './tour.ts'

export interface GraphiQLOptions {
  readonly endpoint: string
  /** Fills the tour with rows of the upstream. Only for sample data, because the tour changes them. */
  readonly sampleData: boolean
  /** Callers send an `Authorization` header: the tabs have a placeholder for it. */
  readonly needsCredential: boolean
  /** The page has a link to the desk, which is next to the endpoint. */
  readonly desk: boolean
  /** Sends a request to the gateway itself, as a client does. */
  readonly send: SendRequest
  readonly now: () => number
}

/** The query parameter that names an asset. With it the page needs no second route where another server mounts the gateway. */
const ASSET = 'graphiql'

/**
 * Serves GraphiQL to browsers, at the GraphQL endpoint: a small page and its scripts. The scripts are read and compressed at
 * the first request, and kept in memory.
 */
export function graphiqlRoute({
  endpoint,
  sampleData,
  needsCredential,
  desk,
  send,
  now,
}: GraphiQLOptions): Route {
  let latest: { readonly html: string; readonly page: CompressedText } | undefined

  async function answerPage({ request, url, fetchAPI, setHeaders }: RouteRequest): Promise<Response> {
    const [assets, sample] = await Promise.all([
      loadAssets(),
      sampleData ? readSample(send, url, now()) : undefined,
    ])
    const html = renderPage({
      assetUrl: (name) => `?${ASSET}=${assets.get(name)?.hash}-${name}`,
      deskUrl: desk ? 'desk' : undefined,
      tabs: tourTabs({ now: now(), rows: sample?.rows, needsCredential }),
    })
    if (latest?.html !== html) latest = { html, page: await compressText(html, 'text/html; charset=utf-8') }
    setHeaders({
      'content-security-policy': OWN_ORIGIN_ONLY,
      'x-upstream-requests': String(sample?.upstreamRequests ?? 0),
    })
    return answerText(latest.page, request, fetchAPI)
  }

  async function answerAsset(
    assetName: string,
    { request, fetchAPI, setHeaders }: RouteRequest,
  ): Promise<Response> {
    const [, hash, name] = /^([\w-]{43})-(.*)$/.exec(assetName) ?? []
    const asset = (await loadAssets()).get(name ?? '')
    if (asset === undefined || asset.hash !== hash) return new fetchAPI.Response('', { status: 404 })
    setHeaders({ 'cache-control': 'public, max-age=31536000, immutable' })
    return answerText(asset, request, fetchAPI)
  }

  return {
    path: endpoint,
    methods: ['GET'],
    answer(routeRequest) {
      const { request, url } = routeRequest
      const asset = url.searchParams.get(ASSET)
      if (asset !== null) return answerAsset(asset, routeRequest)
      return request.headers.get('accept')?.includes('text/html') ? answerPage(routeRequest) : undefined
    },
  }
}

/** The browser blocks every request of the page to another host, and does not show the page in a frame. */
const OWN_ORIGIN_ONLY = contentPolicy([
  "connect-src 'self'",
  "script-src 'self'",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
])
