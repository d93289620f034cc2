import type { ServerResponse } from 'node:http'
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts'

/** One exchange on its way: it came, then the upstream does it, then it is answered; each when it is told to. */
export interface HeldExchange {
  readonly line: string
  /** Reads or changes what the upstream holds. Once. */
  apply(): void
  answer(): void
  /** Refuses it for a second. What was applied stays applied. */
  limit(): void
}

export interface LatencyUpstream extends ScriptedUpstream {
  /** In the order in which they came. */
  readonly exchanges: readonly HeldExchange[]
}

export const ITEMS = ['a', 'b'] as const
export type Item = (typeof ITEMS)[number]

/** An upstream in which every write gives its item the next number for a title, and which answers nothing by itself. */
export async function startLatencyUpstream(): Promise<LatencyUpstream> {
  const titles: Record<string, number> = Object.fromEntries(ITEMS.map((item) => [item, 0]))
  let latest = 0
  const exchanges: HeldExchange[] = []

  function perform(line: string): unknown {
    const [, item = ''] = /appointments\/(\w+)/.exec(line) ?? []
    if (!line.startsWith('GET')) {
      latest += 1
      titles[item] = latest
    }
    const row = (id: string) => ({ id, title: String(titles[id]) })
    return item === '' ? ITEMS.map(row) : row(item)
  }

  function hold(line: string, response: ServerResponse): HeldExchange {
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
        void exchanges.push(hold(line, response)),
  )
  return { ...upstream, exchanges }
}
