import { parseEnv } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { readSettings, sandboxProblems } from '../../src/process/settings.ts'
import { accountOfKey } from '../../src/server/identity/identity.ts'
import { ask } from '../support/ask.ts'
import { type Process, startProcess } from '../support/process.ts'
import { describeWithRedis, startRedis } from '../support/redis.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'
import { subscribe } from '../support/stream.ts'
import { servicesWith } from './compose.ts'
import { readText } from './files.ts'

const KEY = 'pk_test_sandbox'

/** The environment of the service's container if `file` is the `.env`. */
function environmentOf(service: string, file: Readonly<Record<string, string>>) {
  return { ...file, ...servicesWith(file)[service]?.environment }
}

const SAMPLE = parseEnv(readText('deploy/sample.env')) as Readonly<Record<string, string>>

describe('The layout with sample data', () => {
  test('Its gateways and its sandbox can start, and know each other', () => {
    for (const name of ['gateway', 'gateway-2']) {
      const { config } = readConfig(environmentOf(name, SAMPLE))
      expect(config && readSettings(config).problems).toBeNull()
      expect(config).toMatchObject({
        APPOINTMENTS_API_URL: 'http://sandbox:4010',
        REDIS_URL: 'redis://redis:6379',
        WEBHOOK_SECRETS: [{ account: accountOfKey(KEY) }],
      })
    }
    const { config } = readConfig(environmentOf('sandbox', SAMPLE))
    expect(config && sandboxProblems(config)).toEqual([])
    expect(config).toMatchObject({
      SANDBOX_HOST: '0.0.0.0',
      SANDBOX_PORT: 4010,
      SANDBOX_WEBHOOK_URL: 'http://gateway:4000/webhooks/appointments',
      SANDBOX_KEYS: [{ key: KEY }],
    })
    expect(servicesWith({}).sandbox?.command).toBe('sandbox')
  })

  test('Two gateways that share Redis, but have separate sandboxes, do not start', () => {
    for (const name of ['gateway', 'gateway-2']) {
      const { config } = readConfig(environmentOf(name, { REDIS_URL: 'redis://redis:6379' }))
      expect(config && readSettings(config).problems).toEqual([
        expect.stringMatching(/^APPOINTMENTS_API_URL: must be set where REDIS_URL is/),
      ])
    }
  })
})

describeWithRedis('The layout with sample data, as processes', () => {
  test('A booking through one gateway is read and reported by the other', async () => {
    const redis = await startRedis()
    onTestFinished(() => redis[Symbol.asyncDispose]())
    const urls: string[] = []
    // Stands in for the host name of the first gateway's container.
    await using gateway = await startScriptedUpstream(({ body, headers }) => (response) => {
      const signature = String(headers['x-webhook-signature'])
      const init = { method: 'POST', headers: { 'x-webhook-signature': signature }, body }
      void fetch(`${urls[0]}/webhooks/appointments`, init).then(({ status }) =>
        response.writeHead(status).end(),
      )
    })
    const start = (service: string, own: Readonly<Record<string, string>>, ...args: string[]) =>
      startProcess({ ...environmentOf(service, SAMPLE), ...own }, ...args)
    await using sandbox = await start(
      'sandbox',
      { SANDBOX_PORT: '0', SANDBOX_WEBHOOK_URL: `${gateway.url}/webhooks/appointments` },
      'sandbox',
    )
    const own = {
      PORT: '0',
      APPOINTMENTS_API_URL: urlOf(sandbox),
      REDIS_URL: redis.url,
      REDIS_TIMEOUT_MS: '2000',
    }
    await using first = await start('gateway', own)
    await using second = await start('gateway-2', own)
    urls.push(urlOf(first), urlOf(second))

    const headers = { authorization: `Bearer ${KEY}` }
    const query = 'subscription { appointmentChanged { kind appointment { title } } }'
    await using stream = await subscribe(urls[1] ?? '', { query, headers })
    const booked = await ask(`${urls[0]}/graphql`, { query: BOOKING }, headers)
    const { id } = (booked.data as Booked).createAppointment.appointment
    const read = await ask(`${urls[1]}/graphql`, { query: `{ appointment(id: "${id}") { title } }` }, headers)
    expect(read.data).toEqual({ appointment: { title: 'Through the first' } })
    expect((await stream.next())?.data.appointmentChanged).toEqual({
      kind: 'CREATED',
      appointment: { title: 'Through the first' },
    })
  })
})

interface Booked {
  readonly createAppointment: { readonly appointment: { readonly id: string } }
}

const BOOKING = `mutation { createAppointment(input: {
  title: "Through the first", startTime: "2030-01-07T10:00:00Z", endTime: "2030-01-07T10:30:00Z",
  patientId: "p", clinicianId: "c"
}) { appointment { id } } }`

function urlOf({ firstLine }: Process): string {
  return /http:\/\/[\w.]+:\d+/.exec(firstLine)?.[0] ?? ''
}
