import type { FetchAPI, Plugin } from 'graphql-yoga'
import { isAt } from '../http/path.ts'
import { type Packed, pack, packedAnswer } from '../pages/packed.ts'
import { contentPolicy, createPageHeaders } from '../pages/pages.ts'
import { loadAssets } from './assets.ts'
import { renderPage } from './page.ts'
import { type Ask, readSample } from './sample.ts'
import { tourTabs } from './tour.ts'

export interface GraphiQLOptions {
  readonly endpoint: string
  /** Fills the tour with rows of the upstream. Only for sample data, because the tour changes them. */
  readonly sampleData: boolean
  /** Whether callers send an `Authorization` header: then the page has a place for it. */
  readonly asksForCredential: boolean
  /** The desk is beside the endpoint, and the page leads to it. */
  readonly desk: boolean
  /** Asks the gateway itself, as any client does. */
  readonly ask: Ask
  readonly now: () => number
}

/** The query parameter that names an asset. With it the page needs no second route where another server mounts the gateway. */
const ASSET = 'graphiql'

/**
 * GraphiQL for browsers, at the GraphQL endpoint: a small page and its scripts, all served by the gateway. It reads and
 * compresses the scripts when the first browser asks for the page, and keeps them.
 */
export function useGraphiQL({
  endpoint,
  sampleData,
  asksForCredential,
  desk,
  ask,
  now,
}: GraphiQLOptions): Plugin {
  const headers = createPageHeaders()
  let latest: { readonly html: string; readonly page: Packed } | undefined

  async function answerPage(request: Request, url: URL, fetchAPI: FetchAPI): Promise<Response> {
    const [assets, sample] = await Promise.all([
      loadAssets(),
      sampleData ? readSample(ask, url, now()) : undefined,
    ])
    const html = renderPage({
      assetUrl: (name) => `?${ASSET}=${assets.get(name)?.hash}-${name}`,
      deskUrl: desk ? 'desk' : undefined,
      tabs: tourTabs({ now: now(), rows: sample?.rows, asksForCredential }),
    })
    if (latest?.html !== html) latest = { html, page: await pack(html, 'text/html; charset=utf-8') }
    headers.set(request, {
      'content-security-policy': OWN_ORIGIN_ONLY,
      'x-upstream-requests': String(sample?.upstreamRequests ?? 0),
    })
    return packedAnswer(latest.page, request, fetchAPI)
  }

  async function answerAsset(request: Request, asked: string, fetchAPI: FetchAPI): Promise<Response> {
    const [, hash, name] = /^([\w-]{43})-(.*)$/.exec(asked) ?? []
    const asset = (await loadAssets()).get(name ?? '')
    if (asset === undefined || asset.hash !== hash) return new fetchAPI.Response('', { status: 404 })
    headers.set(request, { 'cache-control': 'public, max-age=31536000, immutable' })
    return packedAnswer(asset, request, fetchAPI)
  }

  return {
    async onRequest({ request, url, fetchAPI, endResponse }) {
      if (request.method !== 'GET' || !isAt(url, endpoint)) return
      const asset = url.searchParams.get(ASSET)
      if (asset !== null) return endResponse(await answerAsset(request, asset, fetchAPI))
      if (request.headers.get('accept')?.includes('text/html'))
        endResponse(await answerPage(request, url, fetchAPI))
    },
    onResponse: headers.onResponse,
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
