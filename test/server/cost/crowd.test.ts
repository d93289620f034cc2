import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { SCENARIOS } from '../../bench/latency/scenarios.ts'
import { answerTo } from '../../bench/latency/upstream.ts'
import { type GatewayClient, startGateway } from '../../support/gateway.ts'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'

const CROWD = 32

/** The upstream requests of one operation, and of 32 equal ones at once, where nothing is remembered. */
const COSTS: Readonly<Record<string, readonly [alone: number, crowd: number]>> = {
  'one by id': [1, 1],
  'page of 100': [1, 1],
  'page of 100, other rows each time': [1, 1],
  "page of 100 with each patient's latest 3": [36, 36],
  '50 aliases of 25 ids': [25, 25],
  cancel: [1, 32],
}

/** Answers nothing before it is let go. */
async function startHeldUpstream() {
  const held: (() => void)[] = []
  const upstream = await startScriptedUpstream(({ line }) => (response: ServerResponse) => {
    held.push(() => response.end(JSON.stringify(answerTo(line))))
  })
  return { ...upstream, letGo: () => held.splice(0).map((answer) => answer()) }
}

/** Asks one thing more until there is no place for it: then all the others are under way. */
async function untilFull(gateway: GatewayClient): Promise<void> {
  for (;;) {
    const { errors } = await gateway.query('{ __typename }')
    if (errors?.[0]?.extensions.code === 'LIMIT_EXCEEDED') return
  }
}

describe('what a crowd costs upstream', () => {
  test.for(SCENARIOS)('$name: thirty-two at once', async ({ name, query, variables, waves }) => {
    const [alone, crowd] = COSTS[name] ?? []
    await using upstream = await startHeldUpstream()
    await using gateway = await startGateway({
      url: upstream.url,
      key: 'pk_test_crowd',
      cacheTtlSeconds: 0,
      limits: { MAX_CONCURRENT_OPERATIONS: CROWD },
    })
    const sizes = waves(0).map((wave) => wave.length)
    let due = 0
    async function answerWaves(times: number): Promise<void> {
      for (const size of sizes) {
        due += size * times
        await upstream.arrival(due)
        upstream.letGo()
      }
    }

    const [one] = await Promise.all([gateway.query(query, variables(0)), answerWaves(1)])
    expect(one.errors).toBeUndefined()
    expect(upstream.requests).toHaveLength(alone ?? 0)

    const asked = Array.from({ length: CROWD }, () => gateway.query(query, variables(0)))
    await untilFull(gateway)
    const [answers] = await Promise.all([Promise.all(asked), answerWaves((crowd ?? 0) / (alone ?? 1))])
    expect(upstream.requests).toHaveLength((alone ?? 0) + (crowd ?? 0))
    for (const { data } of answers) expect(data).toEqual(one.data)
  })
})
