import { expect, test } from 'vitest'
import { seeded } from '../pagination/drift.ts'
import { startGateway } from '../support/gateway.ts'
import { walkWithApollo } from './drift/apollo.ts'
import { startDriftingList } from './drift/list.ts'

test.for([
  ['forward', true],
  ['backward', false],
] as const)(
  'Apollo Client scrolls %s through a changing list and shows each kept row once',
  {
    timeout: 60_000,
  },
  async ([, forward]) => {
    const random = seeded(7)
    await using list = await startDriftingList('start_asc', random)
    await using gateway = await startGateway({ ...list.upstream, cacheTtlSeconds: 0 })
    for (const size of [25, 100, 250]) {
      const atStart = await list.begin()
      const ids = await walkWithApollo(`${gateway.url}/graphql`, list, { size, forward, random })
      const times = Map.groupBy(ids, (id) => id)
      expect([...list.stayed].filter((id) => (times.get(id)?.length ?? 0) > 1)).toEqual([])
      expect([...list.stayed].filter((id) => atStart.has(id) && !times.has(id))).toEqual([])
      expect(ids.length).toBeGreaterThan(500)
    }
  },
)
