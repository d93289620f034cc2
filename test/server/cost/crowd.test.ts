import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { SCENARIOS } from '../../bench/latency/scenarios.ts'
import { answerTo } from '../../bench/latency/upstream.ts'
import { type GatewayClient, startGateway } from '../../support/gateway.ts'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'

const CROWD = 32

/** The upstream requests of one operation, and of 32 equal concurrent ones, with the cache off. */
const COSTS: Readonly<Record<string, readonly [alone: number, crowd: number]>> = {
  'one by id': [1, 1],
  'page of 100': [1, 1],
  'page of 100, other rows each time': [1, 1],
  "page of 100 with each patient's latest 3": [36, 36],
  '50 aliases of 25 ids': [25, 25],
  cancel: [1, 32],
}

/** An upstream that sends no response before `release`. */
async function startWaitingUpstream() {
  const waiting: (() => void)[] = []
  const upstream = await startScriptedUpstream(({ line }) => (response: ServerResponse) => {
    waiting.push(() => response.end(JSON.stringify(answerTo(line))))
  })
  return { ...upstream, release: () => waiting.splice(0).map((answer) => answer()) }
}

/** Returns once the gateway refuses one more operation, which shows that all others are running. */
async function untilFull(gateway: GatewayClient): Promise<void> {
  for (;;) {
    const { errors } = await gateway.query('{ __typename }')
    if (errors?.[0]?.extensions.code === 'LIMIT_EXCEEDED') return
  }
}

describe('The upstream requests of a crowd', () => {
  test.for(SCENARIOS)(
    'Thirty-two equal operations share their reads: $name',
    async ({ name, query, variables, waves }) => {
      const [alone, crowd] = COSTS[name] ?? []
      await using upstream = await startWaitingUpstream()
      await using gateway = await startGateway({
        url: upstream.url,
        key: 'pk_test_crowd',
        cacheTtlSeconds: 0,
        limits: { MAX_CONCURRENT_OPERATIONS: CROWD },
      })
      const sizes = waves(0).map((wave) => wave.length)
      let expected = 0
      async function answerWaves(times: number): Promise<void> {
        for (const size of sizes) {
          expected += size * times
          await upstream.arrival(expected)
          upstream.release()
        }
      }

      const [one] = await Promise.all([gateway.query(query, variables(0)), answerWaves(1)])
      expect(one.errors).toBeUndefined()
      expect(upstream.requests).toHaveLength(alone ?? 0)

      const operations = Array.from({ length: CROWD }, () => gateway.query(query, variables(0)))
      await untilFull(gateway)
      const [answers] = await Promise.all([Promise.all(operations), answerWaves((crowd ?? 0) / (alone ?? 1))])
      expect(upstream.requests).toHaveLength((alone ?? 0) + (crowd ?? 0))
      for (const { data } of answers) expect(data).toEqual(one.data)
    },
  )
})
