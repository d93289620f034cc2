import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { SIGNATURE_STYLES } from '../../../src/events/signature.ts'
import { openDatabase } from '../../../src/sandbox/storage/database.ts'
import { createWebhooks } from '../../../src/sandbox/webhooks/webhooks.ts'
import type { ScriptedAnswer } from '../../support/scripted-upstream.ts'
import { createClient, UNREACHABLE_URL, VISIT } from '../client.ts'
import { documentedEvent } from '../document.ts'
import { databaseFile } from '../storage/database-file.ts'
import { ACCEPTED, receiverFor, tellingSandbox } from './receiver.ts'

const FAILED: ScriptedAnswer = { status: 500, body: '' }
const UNANSWERED = () => {}
const LONG = 60_000

describe('A delivery that fails', () => {
  test('is retried five times, and then given up', async () => {
    const receiver = await receiverFor(() => FAILED)
    const { subscribe, book, tries, reports } = await tellingSandbox()
    await subscribe(receiver.url)
    await book()
    await tries(6)
    expect(reports.map(({ attempt, status, outcome }) => [attempt, status, outcome])).toEqual([
      ...[1, 2, 3, 4, 5].map((attempt) => [attempt, 500, 'retrying']),
      [6, 500, 'given_up'],
    ])
    expect(new Set(receiver.requests.map(({ body }) => body)).size).toBe(1)
  })

  test('waits twice as long each time', async () => {
    const database = databaseFile()
    const receiver = await receiverFor(() => FAILED)
    const first = await tellingSandbox({ database, webhookRetryMs: LONG })
    await first.subscribe(receiver.url)
    await first.book()
    await first.tries(1)
    await first.close()
    const waits = [waitIn(database)]
    while (waits.length < 5) {
      // The next process finds it due.
      change(database, 'UPDATE deliveries SET due_at = 0')
      const next = await tellingSandbox({ database, webhookRetryMs: LONG })
      await next.tries(1)
      await next.close()
      waits.push(waitIn(database))
    }
    expect(waits.map((wait) => Math.round(wait / LONG))).toEqual([1, 2, 4, 8, 16])
  })

  test.each([
    ['a redirect, which is not followed', { status: 307, body: '', headers: { location: '/elsewhere' } }],
    ['an answer of 404', { status: 404, body: '' }],
    ['a closed connection', (response: ServerResponse) => response.destroy()],
  ])('for %s is sent again until it is accepted', async (_name, answer) => {
    const receiver = await receiverFor((_request, index) => (index === 0 ? answer : ACCEPTED))
    const { subscribe, book, tries, reports } = await tellingSandbox()
    await subscribe(receiver.url)
    await book()
    await tries(2)
    expect(reports.map(({ outcome }) => outcome)).toEqual(['retrying', 'delivered'])
    expect(receiver.requests.map(({ line }) => line)).toEqual(['POST /hook', 'POST /hook'])
    const [first, second] = receiver.events()
    expect(second).toEqual(first)
  })

  test('lets newer events overtake while it waits', async () => {
    const receiver = await receiverFor((_request, index) => (index === 0 ? FAILED : ACCEPTED))
    const { subscribe, book, tries, reports } = await tellingSandbox({ webhookRetryMs: LONG })
    await subscribe(receiver.url)
    for (const title of ['One', 'Two', 'Three']) await book({ title })
    await tries(3)
    expect(reports.map(({ outcome }) => outcome)).toEqual(['retrying', 'delivered', 'delivered'])
    expect(titles(receiver.events())).toEqual(['One', 'Two', 'Three'])
  })

  test('to an address where no server listens changes no answer of the API', async () => {
    const { call, subscribe, book, tries, reports } = await tellingSandbox()
    await subscribe(UNREACHABLE_URL)
    const id = await book()
    expect((await call(`POST /appointments/${id}/cancel`)).status).toBe(200)
    await tries(12)
    expect(reports.filter(({ outcome }) => outcome === 'given_up')).toHaveLength(2)
  })

  test('for which no answer arrives in time is sent again', async () => {
    const receiver = await receiverFor((_request, index) => (index === 0 ? UNANSWERED : ACCEPTED))
    const database = openDatabase(':memory:')
    const delivered = Promise.withResolvers<void>()
    const statuses: number[] = []
    const webhooks = createWebhooks({
      database,
      knobs: {
        webhookSignature: 'stripe',
        webhookResign: 'each',
        webhookOrder: 'kept',
        webhookObject: 'fourteen',
        webhookEcho: true,
        webhookRetryMs: 1,
      },
      clock: () => new Date(),
      faults: undefined,
      timeoutMs: 200,
      onError: delivered.reject,
      onDelivery({ status, outcome }) {
        statuses.push(status)
        if (outcome === 'delivered') delivered.resolve()
      },
    })
    const { id } = webhooks.endpoints.insert({ organisation: 'org_a', url: receiver.url, now: 0 })
    webhooks.test('org_a', id)
    await delivered.promise
    await webhooks.close()
    database.close()
    // A slow machine may miss the time more often.
    expect([statuses.at(0), statuses.at(-1)]).toEqual([0, 204])
  })
})

describe('A receiver that does not answer', () => {
  test('delays neither the API nor other webhooks', async () => {
    const silent = await receiverFor(() => UNANSWERED)
    const other = await receiverFor()
    const { call, subscribe, book } = await tellingSandbox()
    await subscribe(silent.url)
    await subscribe(other.url)
    const id = await book()
    for (const title of ['One', 'Two', 'Three'])
      expect((await call(`PATCH /appointments/${id}`, { body: { title } })).status).toBe(200)
    await other.arrival(4)
    expect(silent.requests).toHaveLength(1)
  })

  test('is disconnected by a close, and gets its delivery after the next start', async () => {
    const database = databaseFile()
    const receiver = await receiverFor((_request, index) => (index === 0 ? UNANSWERED : ACCEPTED))
    const { subscribe, book, close } = await tellingSandbox({ database })
    await subscribe(receiver.url)
    await book({ title: 'One' })
    await book({ title: 'Two' })
    await receiver.arrival(1)
    const begun = performance.now()
    await close()
    expect(performance.now() - begun).toBeLessThan(2_000)
    const { tries } = await tellingSandbox({ database })
    await tries(2)
    expect(titles(receiver.events())).toEqual(['One', 'One', 'Two'])
  })
})

test('Kill -9 between a commit and its delivery loses no event', async () => {
  const database = databaseFile()
  const receiver = await receiverFor((_request, index) => (index === 0 ? UNANSWERED : ACCEPTED))
  const path = fileURLToPath(new URL('../storage/server-process.ts', import.meta.url))
  const server = spawn(process.execPath, [path, database], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void server.kill('SIGKILL'))
  const [url] = (await once(createInterface(server.stdout), 'line')) as [string]
  const call = createClient({ url, key: 'pk_test_sandbox' })
  await call('POST /webhooks', { body: { url: receiver.url } })
  const booked = ['One', 'Two', 'Three', 'Four']
  for (const title of booked) await call('POST /appointments', { body: { ...VISIT, title } })
  await receiver.arrival(1)
  server.kill('SIGKILL')
  await once(server, 'exit')
  const { tries, reports } = await tellingSandbox({ database })
  await tries(4)
  expect(titles(receiver.events())).toEqual(['One', ...booked])
  expect(reports.map(({ outcome }) => outcome)).toEqual(Array(4).fill('delivered'))
})

test('A failed attempt counts after a restart', async () => {
  const database = databaseFile()
  const receiver = await receiverFor(() => FAILED)
  const first = await tellingSandbox({ database, webhookRetryMs: 20 })
  await first.subscribe(receiver.url)
  await first.book()
  await first.tries(3)
  await first.close()
  const done = first.reports.length
  const { tries, reports } = await tellingSandbox({ database })
  await tries(6 - done)
  expect(reports.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6].slice(done))
  expect(reports.at(-1)?.outcome).toBe('given_up')
})

describe('The option webhookOrder', () => {
  test('kept sends the events of a webhook one at a time, in the order of the changes', async () => {
    const delayed: ServerResponse[] = []
    const receiver = await receiverFor((_request, index) =>
      index === 0 ? (response) => void delayed.push(response) : ACCEPTED,
    )
    const { subscribe, book, tries } = await tellingSandbox({ webhookOrder: 'kept' })
    await subscribe(receiver.url)
    const changes = Array.from({ length: 20 }, (_, index) => `Visit ${index}`)
    for (const title of changes) await book({ title })
    expect(receiver.requests).toHaveLength(1)
    delayed[0]?.writeHead(204).end()
    await tries(20)
    expect(titles(receiver.events())).toEqual(changes)
  })

  test('shuffled sends them all, in another order', async () => {
    const receiver = await receiverFor()
    const { subscribe, book, tries } = await tellingSandbox({
      webhookOrder: 'shuffled',
      webhookRetryMs: 200,
    })
    await subscribe(receiver.url)
    const changes = Array.from({ length: 20 }, (_, index) => `Visit ${index}`)
    for (const title of changes) await book({ title })
    await tries(20)
    expect(titles(receiver.events())).not.toEqual(changes)
    expect(titles(receiver.events()).sort()).toEqual(changes.sort())
  })

  test('shuffled has four deliveries to one webhook in flight at most', async () => {
    const delayed: ServerResponse[] = []
    const receiver = await receiverFor(() => (response) => void delayed.push(response))
    const { subscribe, book, tries } = await tellingSandbox({ webhookOrder: 'shuffled', webhookRetryMs: 1 })
    await subscribe(receiver.url)
    for (const title of ['One', 'Two', 'Three', 'Four', 'Five', 'Six']) await book({ title })
    await receiver.arrival(4)
    await book({ title: 'Seven' })
    expect(receiver.requests).toHaveLength(4)
    delayed[0]?.writeHead(204).end()
    await tries(1)
    await receiver.arrival(5)
    expect(receiver.requests).toHaveLength(5)
  })
})

describe('The option webhookSignature', () => {
  test.each(SIGNATURE_STYLES)('%s signs with the secret of the webhook', async (webhookSignature) => {
    const receiver = await receiverFor()
    const clock = () => new Date('2025-01-15T12:00:00.900Z')
    const { call, subscribe, book } = await tellingSandbox({ webhookSignature, clock })
    const { secret } = await subscribe(receiver.url)
    await book()
    await receiver.arrival(1)
    expect(receiver.verified(0, [secret])).toEqual({
      secret,
      style: webhookSignature,
      signedAt: Date.parse('2025-01-15T12:00:00Z'),
    })
    const { headers } = receiver.requests[0] ?? { headers: {} }
    const { headers: documented } = documentedEvent((await call('GET /openapi.json')).body)
    expect(Object.keys(headers).filter((name) => name.startsWith('x-'))).toEqual(documented)
    expect(headers).toMatchObject({ 'content-type': 'application/json' })
  })
})

describe('The option webhookResign', () => {
  test.each([
    ['each', 6],
    ['first', 1],
  ] as const)('%s makes %i signatures of six tries', async (webhookResign, count) => {
    let now = Date.parse('2025-01-15T12:00:00Z')
    const receiver = await receiverFor(() => {
      now += 1_000
      return FAILED
    })
    const { subscribe, book, tries } = await tellingSandbox({ webhookResign, clock: () => new Date(now) })
    const { secret } = await subscribe(receiver.url)
    await book()
    await tries(6)
    const signedAt = receiver.requests.map((_, index) => receiver.verified(index, [secret])?.signedAt)
    expect(signedAt).not.toContain(undefined)
    expect(new Set(signedAt).size).toBe(count)
  })

  test('first signs again after its secret changed', async () => {
    const receiver = await receiverFor((_request, index) => (index === 0 ? FAILED : ACCEPTED))
    const sandbox = await tellingSandbox({ webhookResign: 'first', webhookRetryMs: 50 })
    sandbox.addWebhook({ url: receiver.url, secret: 'whsec_old' })
    await sandbox.book()
    await sandbox.tries(1)
    sandbox.addWebhook({ url: receiver.url, secret: 'whsec_new' })
    await sandbox.tries(2)
    expect(receiver.verified(0, ['whsec_old'])).toBeDefined()
    expect(receiver.verified(1, ['whsec_new'])).toBeDefined()
  })
})

test('A finished delivery leaves nothing in the database', async () => {
  const database = databaseFile()
  const receiver = await receiverFor((_request, index) => (index % 2 === 0 ? FAILED : ACCEPTED))
  const { subscribe, book, reports, tries } = await tellingSandbox({ database })
  await subscribe(receiver.url)
  await subscribe(UNREACHABLE_URL)
  for (let count = 0; count < 5; count += 1) await book()
  const over = () => reports.filter(({ outcome }) => outcome !== 'retrying').length
  while (over() < 10) await tries(reports.length + 1)
  expect(waitIn(database)).toBeNaN()
})

function titles(events: readonly { readonly data: { readonly object: { readonly title: string } } }[]) {
  return events.map(({ data }) => data.object.title)
}

/** The remaining wait of the only delivery in a file, in milliseconds; NaN if there is none. */
function waitIn(path: string): number {
  const database = openDatabase(path)
  const row = database.prepare('SELECT due_at FROM deliveries').get()
  database.close()
  return Number(row?.due_at) - Date.now()
}

function change(path: string, sql: string): void {
  const database = openDatabase(path)
  database.exec(sql)
  database.close()
}
