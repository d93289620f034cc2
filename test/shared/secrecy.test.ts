import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../src/sandbox/server.ts'
import { deliver, eventBody, eventObject, SECRET } from '../support/events.ts'
import { type Process, startProcess } from '../support/process.ts'
import { describeWithRedis, type RedisServer, type RedisServerOptions, startRedis } from '../support/redis.ts'
import { subscribe } from '../support/stream.ts'
import { startInstance } from './instance.ts'

const PASSWORD = 'open-sesame/ö@1'
/** All that the gateway needs, as docs/deploying.md has it. */
const COMMANDS =
  '+eval +hmget +hset +hget +hsetnx +hlen +hincrby +get +set +del +exists +pexpire +xadd +xread +xrange +xrevrange'

const ROWS = `query ($after: String) { appointments(first: 100, after: $after) {
  pageInfo { endCursor hasNextPage } nodes { id restId title attendeeName attendeeEmail } } }`

async function openRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const redis = await startRedis(options)
  onTestFinished(() => redis[Symbol.asyncDispose]())
  return redis
}

/** The gateway over a sandbox, as a process with webhooks. */
async function openProcess(environment: Readonly<Record<string, string>>): Promise<Process> {
  const sandbox = await startSandbox()
  onTestFinished(() => sandbox.close())
  const gateway = await startProcess({
    PORT: '0',
    APPOINTMENTS_API_URL: sandbox.url,
    APPOINTMENTS_API_KEY: sandbox.key,
    WEBHOOK_SECRETS: SECRET,
    REDIS_TIMEOUT_MS: '1000',
    ...environment,
  })
  onTestFinished(() => gateway[Symbol.asyncDispose]())
  sandbox.addWebhook({ url: `${urlOf(gateway)}/webhooks/appointments`, secret: SECRET })
  return gateway
}

function urlOf({ firstLine }: Process): string {
  return (/http:\S+(?=\/graphql)/.exec(firstLine) ?? [''])[0]
}

/** Waits until `/ready` reports this state of Redis, and then reads and writes. */
async function use(gateway: Process, expected: 'up' | 'down'): Promise<void> {
  const url = urlOf(gateway)
  for (;;) {
    const { shared } = (await (await fetch(`${url}/ready`)).json()) as { shared: string }
    if (shared === expected) break
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await using stream = await subscribe(url, {
    query: 'subscription { appointmentChanged { sequence } }',
  })
  const ask = async (query: string) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    })
    // biome-ignore lint/suspicious/noExplicitAny: data of any shape
    const { data, errors } = (await response.json()) as any
    expect(errors).toBeUndefined()
    return data
  }
  const { appointments } = await ask('{ appointments(first: 2) { nodes { id } } }')
  const [{ id }] = appointments.nodes
  await ask(`mutation { updateAppointment(input: { id: "${id}", title: "T" }) { appointment { title } } }`)
  if (expected === 'up') expect((await stream.next())?.data.appointmentChanged.sequence).toBeDefined()
}

/** Stops the process, and returns its standard error. */
async function stopAndHear(gateway: Process): Promise<string> {
  const code = await gateway.stop()
  expect(code, gateway.errors()).toBe(0)
  return gateway.errors()
}

function sharedLines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.includes('"msg":"shared"'))
    .map((line) => JSON.parse(line).state)
}

describeWithRedis('Data in Redis', () => {
  test('A user with the documented commands, on keys of the prefix, is sufficient', async () => {
    const redis = await openRedis({ users: [`gateway on >secret ~appointments:* ${COMMANDS}`] })
    const gateway = await openProcess({ REDIS_URL: redis.urlAs('gateway', 'secret') })
    await use(gateway, 'up')
    const said = await stopAndHear(gateway)
    expect(sharedLines(said)).toEqual(['up'])
    expect(said).not.toMatch(/NOPERM|warn/i)
    expect(await redis.ask('ACL', 'LOG')).toEqual([])
  })

  test('Over TLS its certificate alone decides whether it is trusted', async () => {
    const redis = await openRedis({ tls: true, password: PASSWORD })
    const trusting = await openProcess({
      REDIS_URL: redis.url,
      NODE_EXTRA_CA_CERTS: redis.certificateFile,
    })
    await use(trusting, 'up')
    const wary = await openProcess({ REDIS_URL: redis.url })
    await use(wary, 'down')
    for (const [gateway, state] of [
      [trusting, 'up'],
      [wary, 'down'],
    ] as const) {
      const said = await stopAndHear(gateway)
      expect(sharedLines(said)).toEqual([state])
      expect(said).not.toContain('sesame')
    }
  })

  test('A wrong password, or an unreachable Redis, is one log line without the password', async () => {
    const redis = await openRedis({ password: PASSWORD })
    const right = encodeURIComponent(PASSWORD)
    const urls = [redis.urlAs('', 'wrong-sesame'), `redis://:${right}@127.0.0.1:1`]
    for (const url of urls) {
      const gateway = await openProcess({ REDIS_URL: url })
      await use(gateway, 'down')
      const lines = gateway.lines.join('\n')
      const said = await stopAndHear(gateway)
      expect(sharedLines(said)).toEqual(['down'])
      expect(said + lines).not.toMatch(/sesame/)
    }
  })

  test('No name, e-mail, title or id of an appointment is in any key or value', async () => {
    const redis = await openRedis()
    const upstream = await startSandbox({ rateLimit: 0, seed: 500, listRows: 'full' })
    onTestFinished(() => upstream.close())
    const options = { redis: redis.url, upstream, live: true, replies: true }
    await using one = await startInstance(options)
    await using other = await startInstance(options)
    await Promise.all([one.until('up'), other.until('up')])
    await using stream = await subscribe(other.url, {
      query: 'subscription { appointmentChanged { sequence appointment { title } } }',
    })
    const secrets = new Set<string>()
    const first = await one.query(ROWS)
    const rows = [...first.data.appointments.nodes]
    for (let page = first; page.data.appointments.pageInfo.hasNextPage; ) {
      page = await one.query(ROWS, { after: page.data.appointments.pageInfo.endCursor })
      rows.push(...page.data.appointments.nodes)
    }
    expect(rows.length).toBe(500)
    for (const { restId, title, attendeeName, attendeeEmail } of rows)
      for (const text of [restId, title, attendeeName, attendeeEmail]) if (text) secrets.add(text)
    for (const [nth, { id }] of rows.slice(0, 60).entries()) {
      const title = `Title ${randomUUID()}`
      secrets.add(title)
      const [instance, reader] = nth % 2 === 0 ? [one, other] : [other, one]
      await instance.query(
        'mutation ($input: UpdateAppointmentInput!) { updateAppointment(input: $input) { appointment { title } } }',
        { input: { id, title } },
      )
      await reader.query('query ($id: ID!) { appointment(id: $id) { title } }', { id })
    }
    for (let nth = 0; nth < 500; nth += 20) {
      const statuses = Array.from({ length: 20 }, () => {
        const fields = {
          title: `Visit ${randomUUID()}`,
          attendee_name: `Zebedee ${randomUUID()}`,
          attendee_email: `z.${randomUUID()}@clinic.example`,
        }
        const id = `apt_${randomUUID()}`
        for (const text of [id, ...Object.values(fields)]) secrets.add(text)
        return deliver(one.url, eventBody({ object: eventObject(id, fields) }))
      })
      expect(new Set(await Promise.all(statuses))).toEqual(new Set([204]))
    }
    expect((await stream.next())?.errors).toBeUndefined()
    const all = await dump(redis)
    // The dump is complete: it contains the names of the keys, and the sealed values.
    expect(all).toContain('appointments:{')
    expect(all).toContain(':reply:')
    expect(all.length).toBeGreaterThan(100_000)
    expect(secrets.size).toBeGreaterThan(2000)
    expect([...secrets].filter((text) => all.includes(text))).toEqual([])
    expect(all).not.toContain(upstream.key)
    expect(all).not.toContain(SECRET)
    // Every key expires.
    for (const key of (await redis.ask('KEYS', '*')) as string[])
      expect([key, await redis.ask('PTTL', key)]).not.toEqual([key, -1])
  })
})

/** Each key and value of Redis as one text, with base64 also decoded. */
async function dump(redis: RedisServer): Promise<string> {
  const texts: string[] = []
  for (const key of (await redis.ask('KEYS', '*')) as string[]) {
    const type = await redis.ask('TYPE', key)
    // It has expired since.
    if (type === 'none') continue
    const [command, ...args] = READ_ALL[String(type)] ?? []
    if (command === undefined) throw new Error(`A key of type ${type}`)
    texts.push(key, JSON.stringify(await redis.ask(command, key, ...args)))
  }
  const text = texts.join('\n')
  const decoded = [...text.matchAll(/[\w+/-]{24,}={0,2}/g)].map(([found]) => Buffer.from(found, 'base64'))
  return text + Buffer.concat(decoded).toString('latin1')
}

const READ_ALL: Readonly<Record<string, readonly string[]>> = {
  string: ['GET'],
  hash: ['HGETALL'],
  stream: ['XRANGE', '-', '+'],
}
