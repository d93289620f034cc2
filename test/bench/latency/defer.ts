/**
 * A day's list of 50 rows with the attendees, which list rows do not have, and an upstream that takes 50 ms for each response:
 * the time until the list can be shown, and the processor time, alternately with `@defer` and in one response.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { queryInParts } from '../../server/deferred/parts.ts'
import { NPM_START } from '../../support/npm-start.ts'
import { pinToOtherCore, startContestant } from './contestant.ts'

const ROWS = 50
const UPSTREAM_MS = 50
const ROUNDS = Number(process.env.DEFER_ROUNDS ?? 150)
const WARM_UP_ROUNDS = 150
const KEY = { authorization: 'Bearer pk_test_bench' }
const IN_PARTS = query('... @defer { attendeeName }')
const IN_ONE_PIECE = query('attendeeName')

function query(attendee: string): string {
  return `query Day($day: DateTime!) { appointments(first: ${ROWS}, filter: { startTime: { gte: $day } }) {
    nodes { id title startTime status ${attendee} } } }`
}

interface Sample {
  readonly firstMs: number
  readonly lastMs: number
  readonly cpuMs: number
}

pinToOtherCore()
const upstream = await startSlowUpstream()
const gateway = await startContestant(NPM_START, {
  PORT: '0',
  APPOINTMENTS_API_URL: upstream.url,
  LOG_LEVEL: 'silent',
  CACHE_TTL_SECONDS: '3600',
  MAX_UPSTREAM_REQUESTS: '100',
})
const url = gateway.url.replace(/\/graphql$/, '')
const samples: Record<string, Sample[]> = { cold: [], 'cold, @defer': [], 'list kept, @defer': [] }
for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
  const day = new Date(Date.UTC(2026, 0, 1) + round * 86_400_000).toISOString()
  const other = new Date(Date.UTC(2036, 0, 1) + round * 86_400_000).toISOString()
  const third = new Date(Date.UTC(2046, 0, 1) + round * 86_400_000).toISOString()
  const cold = await measure(IN_ONE_PIECE, day)
  const deferred = await measure(IN_PARTS, other)
  await (await queryInParts(url, { query: query(''), variables: { day: third }, headers: KEY })).rest()
  const kept = await measure(IN_PARTS, third)
  if (round < 0) continue
  samples.cold?.push(cold)
  samples['cold, @defer']?.push(deferred)
  samples['list kept, @defer']?.push(kept)
}
// biome-ignore lint/suspicious/noConsole: a benchmark prints.
console.table(
  Object.fromEntries(
    Object.entries(samples).map(([name, all]) => [
      name,
      {
        'list shown after, ms': median(all.map(({ firstMs }) => firstMs)),
        'all shown after, ms': median(all.map(({ lastMs }) => lastMs)),
        'processor time, ms': median(all.map(({ cpuMs }) => cpuMs)),
      },
    ]),
  ),
)
await gateway[Symbol.asyncDispose]()
await upstream.close()

async function measure(text: string, day: string): Promise<Sample> {
  const before = await gateway.usage()
  const startedAt = performance.now()
  const answer = await queryInParts(url, { query: text, variables: { day }, headers: KEY })
  await answer.next()
  const firstMs = performance.now() - startedAt
  const rest = await answer.rest()
  const lastMs = performance.now() - startedAt
  if (JSON.stringify(rest).includes('"errors"')) throw new Error(JSON.stringify(rest).slice(0, 300))
  return { firstMs, lastMs, cpuMs: (await gateway.usage()).cpuMs - before.cpuMs }
}

/** Each list has different rows, which have no attendees. */
async function startSlowUpstream() {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://upstream')
    const id = /\/appointments\/(\w+)/.exec(pathname)?.[1]
    const day = searchParams.get('date_gte')?.slice(0, 10).replaceAll('-', '') ?? ''
    const row = (name: string) => ({
      id: name,
      title: `Visit ${name}`,
      start_time: '2026-01-05T09:00:00Z',
      status: 'confirmed',
    })
    const data =
      id === undefined
        ? Array.from({ length: ROWS }, (_, nth) => row(`apt_${day}_${nth}`))
        : { ...row(id), attendee_name: `Name of ${id}` }
    const body = JSON.stringify({ data, meta: { has_more: false } })
    setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end(body), UPSTREAM_MS)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

function median(numbers: readonly number[]): number {
  return Math.round((numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN) * 10) / 10
}
