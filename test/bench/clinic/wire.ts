import { brotliDecompressSync } from 'node:zlib'
import { request as send } from 'undici'
import type { GraphQLRequest, GraphQLResult } from '../../support/ask.ts'
import { startGateway } from '../../support/gateway.ts'
import { type HourReport, runHour, type StartGateway } from './hour.ts'
import { HOUR } from './timetable.ts'

/** How the screens of the clinic send requests. `polled`: the day by GET, each screen with the `ETag` of its last answer. */
export type Way = 'plain' | 'compressed' | 'polled'

export interface WireReport {
  /** The bytes of the response bodies of reads, without headers. */
  readonly bytes: number
  /** Responses without a body. */
  readonly unchanged: number
  readonly hour: HourReport
}

const TYPE_AND_GUARD = { accept: 'application/json', 'x-graphql-yoga-csrf': '1' }

/** Runs the clinic's hour in production mode, without events, and counts the bytes of its reads. */
export async function countBytes(way: Way): Promise<WireReport> {
  const counts = { bytes: 0, unchanged: 0 }
  const coding = way === 'plain' ? 'identity' : 'br'
  /** The last answer of each screen. */
  const answers = new Map<number, { readonly tag: string; readonly text: string }>()
  let polls = 0

  async function askRead(url: string, { query, variables }: GraphQLRequest): Promise<GraphQLResult> {
    const isPoll = variables === undefined
    if (isPoll) polls += 1
    const screen = polls % HOUR.screens
    const before = answers.get(screen)
    const headers = { ...TYPE_AND_GUARD, 'accept-encoding': coding }
    const response =
      isPoll && way === 'polled'
        ? await send(`${url}?${new URLSearchParams({ query })}`, {
            headers: { ...headers, ...(before && { 'if-none-match': before.tag }) },
          })
        : await send(url, {
            method: 'POST',
            headers: { ...headers, 'content-type': 'application/json' },
            body: JSON.stringify({ query, variables }),
          })
    const bytes = Buffer.from(await response.body.arrayBuffer())
    counts.bytes += bytes.length
    if (response.statusCode === 304 && before !== undefined) {
      counts.unchanged += 1
      return JSON.parse(before.text)
    }
    const isPacked = response.headers['content-encoding'] === 'br'
    const text = (isPacked ? brotliDecompressSync(bytes) : bytes).toString()
    const { etag } = response.headers
    if (typeof etag === 'string') answers.set(screen, { tag: etag, text })
    return JSON.parse(text)
  }

  const hour = await runHour(startInProduction, { askRead })
  return { ...counts, hour }
}

const startInProduction: StartGateway = async (upstream, now) => {
  const gateway = await startGateway({ ...upstream, now, development: false })
  return { ...gateway, graphqlUrl: () => `${gateway.url}/graphql` }
}
