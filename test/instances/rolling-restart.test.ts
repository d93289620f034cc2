import { afterAll, beforeAll, expect, test } from 'vitest'
import { AppointmentChangesDocument, createClient } from '../../src/client/index.ts'
import { startSandbox } from '../../src/sandbox/server.ts'
import { SECRET } from '../support/events.ts'
import { type Process, startProcess } from '../support/process.ts'
import { describeWithRedis, type RedisServer, startRedis } from '../support/redis.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'

const INSTANCES = 3
const RENAME = `mutation ($id: ID!, $title: String!) {
  updateAppointment(input: { id: $id, title: $title }) { appointment { title } } }`
const ONE = 'query ($id: ID!) { appointment(id: $id) { title } }'
const IDS = '{ appointments(first: 160) { nodes { restId } } }'

/** A load balancer that knows only the addresses: round robin, and the next address where a connection fails. */
function createBalancer(urls: string[]) {
  let turn = 0
  return async (path: string, init: RequestInit): Promise<Response> => {
    for (let tries = 1; ; tries += 1) {
      turn += 1
      const url = urls[turn % urls.length]
      try {
        return await fetch(`${url}${path}`, init)
      } catch (error) {
        const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException
        if (code !== 'ECONNREFUSED' || tries === 10) throw error
      }
    }
  }
}

type Send = ReturnType<typeof createBalancer>

async function run(send: Send, query: string, variables: object = {}) {
  const response = await send('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  // biome-ignore lint/suspicious/noExplicitAny: a document selects data of any shape
  const { data, errors } = (await response.json()) as { data: any; errors?: unknown }
  if (errors !== undefined) throw new Error(JSON.stringify(errors))
  return data
}

interface Subscriber {
  readonly titles: string[]
  /** How often it reconnected. */
  readonly comebacks: () => number
  /** Resolves once it has received a change with that title. */
  arrival(title: string): Promise<void>
}

/** A subscriber as the package's client makes it, which resumes at whichever instance takes it. */
async function follow(send: Send, signal: AbortSignal): Promise<Subscriber> {
  const titles: string[] = []
  let comebacks = 0
  const waiting = new Map<string, () => void>()
  const client = createClient({
    url: '/graphql',
    fetch: send,
    wait: async () => {
      comebacks += 1
      await new Promise((resolve) => setTimeout(resolve, 20))
    },
  })
  const { promise: isOpen, resolve: onOpen } = Promise.withResolvers<void>()
  async function read(): Promise<void> {
    for await (const { data } of client.subscribe(AppointmentChangesDocument, {}, { onOpen, signal })) {
      const title = data?.appointmentChanged?.appointment?.title ?? ''
      titles.push(title)
      waiting.get(title)?.()
    }
  }
  const reading = read()
  reading.catch(() => {})
  await Promise.race([isOpen, reading])
  return {
    titles,
    comebacks: () => comebacks,
    async arrival(title) {
      if (titles.includes(title)) return
      const { promise: arrived, resolve } = Promise.withResolvers<void>()
      waiting.set(title, resolve)
      await Promise.race([arrived, reading])
    },
  }
}

describeWithRedis('Instances that are replaced one by one', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis[Symbol.asyncDispose]())

  test('No operation fails, and no subscriber misses a change', { timeout: 60_000 }, async () => {
    const sandbox = await startSandbox({ rateLimit: 0 })
    await using stack = new AsyncDisposableStack()
    stack.defer(() => sandbox.close())
    const start = async (): Promise<Process> =>
      stack.use(
        await startProcess({
          PORT: '0',
          APPOINTMENTS_API_URL: sandbox.url,
          APPOINTMENTS_API_KEY: sandbox.key,
          REDIS_URL: redis.url,
          REDIS_TIMEOUT_MS: '2000',
          WEBHOOK_SECRETS: SECRET,
          DRAIN_MS: '200',
          // So that no sweep runs during the test.
          RECONCILE_SECONDS: '86400',
          LOG_LEVEL: 'silent',
        }),
      )
    const processes = await Promise.all(Array.from({ length: INSTANCES }, start))
    const urls = processes.map(urlOf)
    const send = createBalancer(urls)
    const webhook = await startScriptedUpstream(({ body, headers }) => (response) => {
      const signature = String(headers['x-webhook-signature'])
      const init = { method: 'POST', headers: { 'x-webhook-signature': signature }, body }
      void send('/webhooks/appointments', init).then(
        ({ status }) => response.writeHead(status).end(),
        () => response.writeHead(502).end(),
      )
    })
    stack.use(webhook)
    sandbox.addWebhook({ url: webhook.url, secret: SECRET })

    const leaving = new AbortController()
    stack.defer(() => leaving.abort())
    const subscribers = await Promise.all(Array.from({ length: 6 }, () => follow(send, leaving.signal)))
    const { appointments } = await run(send, IDS)
    const ids: string[] = appointments.nodes.map(({ restId }: { restId: string }) => restId)

    const failures: unknown[] = []
    const stale: string[] = []
    const written: string[] = []
    let reads = 0
    let isOver = false
    /** Writes forty appointments in turn, so that none is written twice in a second, and reads each after its write. */
    async function work(worker: number): Promise<void> {
      for (let nth = 0; !isOver; nth += 1) {
        const id = ids[40 * worker + (nth % 40)]
        const title = `${worker}.${nth}`
        try {
          await run(send, RENAME, { id, title })
          written.push(title)
          const { appointment } = await run(send, ONE, { id })
          if (appointment.title !== title) stale.push(title)
          reads += 1
        } catch (error) {
          failures.push(error)
        }
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    }
    const working = [0, 1, 2].map(work)
    for (const [nth, old] of processes.entries()) {
      const next = await start()
      urls[nth] = urlOf(next)
      expect(await old.stop()).toBe(0)
    }
    isOver = true
    await Promise.all(working)

    expect(failures).toEqual([])
    expect(stale).toEqual([])
    expect(reads).toBeGreaterThan(50)
    const last = 'last'
    await run(send, RENAME, { id: ids[150], title: last })
    for (const { titles, arrival, comebacks } of subscribers) {
      // An event may be delivered again, after an instance could not accept it.
      for (const title of [...written, last]) await arrival(title)
      expect(titles.toSorted()).toEqual([...written, last].toSorted())
      expect(comebacks()).toBeGreaterThan(0)
    }
  })
})

function urlOf({ firstLine }: Process): string {
  return /http:\S+(?=\/graphql)/.exec(firstLine)?.[0] ?? ''
}
