import type { ServerResponse } from 'node:http'
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts'

/** A request that waits at the upstream. The test decides when the upstream performs it and when it answers. */
export interface PendingExchange {
  readonly line: string
  /** Reads or changes the rows of the upstream; at the first call only. */
  apply(): void
  answer(): void
  /** Answers 429 with `Retry-After: 1`. An applied change stays. */
  limit(): void
}

export interface LatencyUpstream extends ScriptedUpstream {
  /** In the order of arrival. */
  readonly exchanges: readonly PendingExchange[]
}

export const ITEMS = ['a', 'b'] as const
export type Item = (typeof ITEMS)[number]

/** An upstream that answers only on request of the test. Every write sets the title of its item to the next number. */
export async function startLatencyUpstream(): Promise<LatencyUpstream> {
  const titles: Record<string, number> = Object.fromEntries(ITEMS.map((item) => [item, 0]))
  let latest = 0
  const exchanges: PendingExchange[] = []

  function perform(line: string): unknown {
    const [, item = ''] = /appointments\/(\w+)/.exec(line) ?? []
    if (!line.startsWith('GET')) {
      latest += 1
      titles[item] = latest
    }
    const row = (id: string) => ({ id, title: String(titles[id]) })
    return item === '' ? ITEMS.map(row) : row(item)
  }

  function receive(line: string, response: ServerResponse): PendingExchange {
    let data: unknown
    const apply = () => {
      data ??= perform(line)
    }
    return {
      line,
      apply,
      answer() {
        apply()
        response.end(JSON.stringify({ data, meta: { has_more: false } }))
      },
      limit() {
        const error = { code: 'RATE_LIMITED', message: 'Too many requests' }
        response.writeHead(429, { 'retry-after': '1' }).end(JSON.stringify({ data: null, error }))
      },
    }
  }

  const upstream = await startScriptedUpstream(
    ({ line }) =>
      (response) =>
        void exchanges.push(receive(line, response)),
  )
  return { ...upstream, exchanges }
}
