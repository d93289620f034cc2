import { request } from 'undici'
import { startContestant } from './contestant.ts'
import { SCENARIOS } from './scenarios.ts'

const WIDTH = 32
const SAMPLES = 3
const SECONDS = Number(process.env.HELD_SECONDS ?? 20)

/**
 * The memory of a gateway after a garbage collection, in megabytes, every twenty seconds while clients read new pages of 100.
 * Each page is requested twice, by every other client compressed, so that caches fill to their limits.
 *
 * @param newVariant returns variables of a page that no client has requested
 */
export async function measureHeld(
  program: readonly string[],
  environment: Readonly<Record<string, string>>,
  newVariant: () => number,
): Promise<number[]> {
  await using gateway = await startContestant(['--expose-gc', ...program], environment)
  const scenario = SCENARIOS.find(({ name }) => name === 'page of 100')
  const held: number[] = []

  async function ask(variant: number, coding: string): Promise<void> {
    const { body } = await request(gateway.url, {
      method: 'POST',
      headers: {
        authorization: 'Bearer pk_test_bench',
        'content-type': 'application/json',
        'accept-encoding': coding,
      },
      body: JSON.stringify({ query: scenario?.query, variables: scenario?.variables(variant) }),
    })
    await body.dump()
  }

  async function work(coding: string, end: number): Promise<void> {
    while (performance.now() < end) {
      const variant = newVariant()
      await ask(variant, coding)
      await ask(variant, 'gzip')
    }
  }

  for (let nth = 0; nth < SAMPLES; nth += 1) {
    const end = performance.now() + SECONDS * 1000
    await Promise.all(Array.from({ length: WIDTH }, (_, at) => work(at % 2 === 0 ? 'gzip' : 'identity', end)))
    held.push(Math.round((await gateway.usageWithoutGarbage()).heldMb))
  }
  return held
}
