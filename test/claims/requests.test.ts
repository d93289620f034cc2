import { describe, expect, test } from 'vitest'
import { CORPUS, NOW } from '../bench/requests/corpus.ts'
import { ask } from '../support/ask.ts'
import { startProduct } from '../support/product.ts'

describe('The upstream requests of a frontend operation', () => {
  test.for(CORPUS)(
    'The gateway sends exactly the expected requests for $name',
    async ({ sandbox, prepare, whyNot }) => {
      let now = NOW.getTime()
      await using product = await startProduct({
        sandbox: { clock: () => NOW, ...sandbox },
        gateway: { now: () => now },
      })
      const { before = [], requests, upstream, minimum } = await prepare(product.rest)
      const url = `${product.url}/graphql`
      for (const request of before) await ask(url, request)
      product.takeRequests()
      now += 60_000
      const [estimate] = await Promise.all(
        requests.map((request) => ask(url, request, { 'x-estimate-only': '1' })),
      )
      expect(product.takeRequests()).toEqual([])
      const answers = await Promise.all(requests.map((request) => ask(url, request)))
      expect(answers.flatMap(({ errors = [] }) => errors)).toEqual([])
      expect(product.takeRequests().map(decodeURIComponent).sort()).toEqual([...upstream].sort())
      expect(estimate?.extensions?.estimate?.min).toBeLessThanOrEqual(upstream.length)
      expect(estimate?.extensions?.estimate?.max).toBeGreaterThanOrEqual(upstream.length)
      if (whyNot === undefined) expect(upstream).toHaveLength(minimum)
      else expect(upstream.length).toBeGreaterThan(minimum)
    },
  )
})
