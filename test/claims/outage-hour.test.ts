import type { ServerResponse } from 'node:http'
import { request as exchange } from 'undici'
import { describe, expect, test } from 'vitest'
import { startSandbox } from '../../src/sandbox/server.ts'
import { startGateway } from '../support/gateway.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'

const MORNING = Date.parse('2026-01-05T08:00:00Z')
const MINUTE = 60_000
const DAYS = Array.from({ length: 10 }, (_, nth) => new Date(MORNING + nth * 24 * 60 * MINUTE).toISOString())
const THE_DAY = `query ($day: Date!) {
  appointments(first: 50, filter: { day: $day }) {
    nodes { id title startTime status clinician { name } location { name } patient { restId } }
    totalCount
  } }`
const RENAME = `mutation ($id: ID!, $title: String!) {
  updateAppointment(input: { id: $id, title: $title }) { appointment { title } } }`

type Outage = 'refusing' | 'failing' | 'wording' | 'silent'

/** The complete product, with a simulated clock and an upstream that a test can take down. */
async function startClinic() {
  let now = MORNING
  let outage: Outage | undefined
  const held: ServerResponse[] = []
  const clock = { now: () => now, monotonic: () => now }
  const sandbox = await startSandbox({ rateLimit: 0, seed: 500, clock: () => new Date(now) })
  const headers = { authorization: `Bearer ${sandbox.key}`, 'content-type': 'application/json' }
  const upstream = await startScriptedUpstream(({ line, body }) => async (response) => {
    if (outage === 'silent') return void held.push(response)
    if (outage === 'refusing') return void response.destroy()
    // Hosted functions without a database answer like this.
    if (outage === 'wording')
      return void response
        .writeHead(500, { 'content-type': 'application/json' })
        .end('{"error":{"code":"INTERNAL_ERROR","message":"no database"}}')
    if (outage === 'failing') return void response.writeHead(503).end('no')
    const [method = '', path = ''] = line.split(' ')
    const answer = await exchange(sandbox.url + path, {
      method: method as 'GET',
      headers,
      body: body === '' ? null : body,
    })
    response
      .writeHead(answer.statusCode, { 'content-type': 'application/json' })
      .end(await answer.body.text())
  })
  // Longer than the test's own timeout: an operation that waits for the silent upstream fails the test.
  const gateway = await startGateway({
    url: upstream.url,
    key: sandbox.key,
    upstreamTimeoutMs: 300_000,
    operationTimeoutMs: 300_000,
    ...clock,
  })
  return {
    gateway,
    upstream,
    pass(ms: number) {
      now += ms
    },
    become(how: Outage | undefined) {
      outage = how
      // The earlier requests fail, as by their timeout.
      for (const response of held.splice(0)) response.destroy()
    },
    async see(day: string) {
      const { data, errors, extensions } = await gateway.query(THE_DAY, { day: day.slice(0, 10) })
      const { stale = [] } = extensions.upstream as { stale?: { path: readonly string[]; asOf: string }[] }
      return { list: data.appointments, errors, stale }
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
      await sandbox.close()
    },
  }
}

describe('An hour without the upstream', () => {
  test.for<Outage>(['refusing', 'wording', 'silent'])(
    'Each day read before is returned and marked, and no write is sent: %s',
    { timeout: 60_000 },
    async (how) => {
      await using clinic = await startClinic()
      const before = new Map<string, Awaited<ReturnType<typeof clinic.see>>['list']>()
      for (const day of DAYS) {
        const { list, errors, stale } = await clinic.see(day)
        expect([errors, stale]).toEqual([undefined, []])
        before.set(day, list)
      }
      const rows = [...before.values()].flatMap(({ nodes }) => nodes)
      expect(rows.length).toBeGreaterThan(50)

      // The first failures open the breaker. A silent upstream would make each of these requests wait.
      clinic.become(how === 'silent' ? 'failing' : how)
      clinic.pass(MINUTE)
      const asked = clinic.upstream.requests.length
      for (const day of DAYS) await clinic.see(day)
      clinic.become(how)

      const outcomes = { shown: 0, marked: 0, refused: 0, undone: 0 }
      for (let minute = 2; minute < 60; minute += 2) {
        clinic.pass(2 * MINUTE)
        for (const day of [DAYS[minute % 10], DAYS[(minute + 1) % 10]] as string[]) {
          const { list, errors, stale } = await clinic.see(day)
          if (errors === undefined && JSON.stringify(list) === JSON.stringify(before.get(day)))
            outcomes.shown += 1
          if (stale.some(({ path, asOf }) => path[0] === 'appointments' && asOf === DAYS[0]))
            outcomes.marked += 1
        }
        const { id } = rows[minute % rows.length]
        const { data, errors } = await clinic.gateway.query(RENAME, { id, title: `Minute ${minute}` })
        if (errors?.[0]?.extensions.code === 'UPSTREAM_UNAVAILABLE') outcomes.refused += 1
        if (data.updateAppointment === null) outcomes.undone += 1
      }
      expect(outcomes).toEqual({ shown: 58, marked: 58, refused: 29, undone: 29 })
      const sent = clinic.upstream.requests.slice(asked).map(({ line }) => line.split(' ')[0])
      expect(sent.filter((method) => method !== 'GET')).toEqual([])

      // The upstream is back: after the first probe no answer is marked stale, and a write is visible.
      clinic.become(undefined)
      for (let probes = 0; probes < 50 && (await clinic.see(DAYS[0] as string)).stale.length > 0; probes += 1)
        clinic.pass(5_000)
      const { id } = rows[0]
      expect((await clinic.gateway.query(RENAME, { id, title: 'Back' })).errors).toBeUndefined()
      for (const day of DAYS) {
        const { list, errors, stale } = await clinic.see(day)
        expect([errors, stale]).toEqual([undefined, []])
        const renamed = before
          .get(day)
          .nodes.map((row: typeof list) => (row.id === id ? { ...row, title: 'Back' } : row))
        expect(list).toEqual({ ...before.get(day), nodes: renamed })
      }
    },
  )
})
