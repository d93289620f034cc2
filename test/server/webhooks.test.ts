import { Agent, request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { SIGNATURE_STYLES, sign } from '../../src/events/signature.ts'
import type { EventLine } from '../../src/server/gateway-options.ts'
import { type DeliveryOptions, deliver, eventBody, eventObject, SECRET } from '../support/events.ts'
import { type GatewayClient, type GatewayTestOptions, startGateway } from '../support/gateway.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'
import { subscribe } from '../support/stream.ts'

const NOON = Date.parse('2026-01-05T12:00:00Z')
const PATH = '/webhooks/appointments'
const OTHER = 'whsec_b3RoZXItc2VjcmV0'
const NAMES = ['Zebedee', 'zebedee@example.com', 'Root canal']
const PATIENT = { title: NAMES[2], attendee_name: NAMES[0], attendee_email: NAMES[1] }

interface Receiver extends GatewayClient {
  /** The fates of the deliveries since the last call. */
  takeFates(): string[]
  readonly lines: readonly EventLine[]
  send(body: string | Uint8Array<ArrayBuffer>, options?: DeliveryOptions): Promise<number>
}

async function startReceiver(
  options: GatewayTestOptions = {},
  webhooks: Partial<GatewayTestOptions['webhooks']> = {},
): Promise<Receiver> {
  let taken = 0
  const lines: EventLine[] = []
  const gateway = await startGateway({
    url: 'http://127.0.0.1:1',
    key: 'k',
    now: () => NOON,
    webhooks: { secrets: [{ secret: SECRET }], ...webhooks },
    logEvent: (line) => lines.push(line),
    ...options,
  })
  return {
    ...gateway,
    lines,
    takeFates() {
      const fates = lines.slice(taken).map(({ fate }) => fate)
      taken = lines.length
      return fates
    },
    send: (body, given) => deliver(gateway.url, body, { at: NOON, ...given }),
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  }
}

describe('A delivery', () => {
  test('Signed in any style, it is accepted and its style is logged', async () => {
    await using receiver = await startReceiver()
    for (const style of SIGNATURE_STYLES)
      expect(
        await receiver.send(eventBody({ object: eventObject(`apt_${style}`, PATIENT) }), { style }),
      ).toBe(204)
    expect(receiver.lines).toEqual(
      SIGNATURE_STYLES.map((style) => ({ fate: 'logged', kind: 'updated', style, delayMs: -500 })),
    )
  })

  test('Where a style is configured, no other style is accepted', async () => {
    await using receiver = await startReceiver({}, { style: 'headers_hex' })
    const statuses = SIGNATURE_STYLES.map((style) =>
      receiver.send(eventBody({ object: eventObject(`apt_${style}`) }), { style }),
    )
    expect(await Promise.all(statuses)).toEqual([401, 204, 401])
  })

  test('While a secret is replaced, signatures of both are accepted', async () => {
    await using receiver = await startReceiver({}, { secrets: [{ secret: SECRET }, { secret: OTHER }] })
    expect(await receiver.send(eventBody({ object: eventObject('a') }), { secret: SECRET })).toBe(204)
    expect(await receiver.send(eventBody({ object: eventObject('b') }), { secret: OTHER })).toBe(204)
    expect(await receiver.send(eventBody({ object: eventObject('c') }), { secret: 'whsec_c29tZQ==' })).toBe(
      401,
    )
  })

  test('A refused delivery has its status and its fate, and changes nothing', async () => {
    await using receiver = await startReceiver()
    const body = eventBody({ object: eventObject('a', PATIENT) })
    const signed = sign({ secret: SECRET, style: 'stripe', timestamp: NOON / 1000, body })
    const unsigned = { 'x-webhook-signature': '' }
    const refused: [string, number, Promise<number>][] = [
      ['forged', 401, receiver.send(body, { secret: OTHER })],
      ['forged', 401, receiver.send(body, { headers: unsigned })],
      ['forged', 401, receiver.send(body.slice(0, -9), { headers: signed })],
      ['stale', 400, receiver.send(body, { at: NOON - 86_401_000 })],
      ['stale', 400, receiver.send(body, { at: NOON + 86_401_000 })],
      ['malformed', 400, receiver.send('{"type"')],
      ['malformed', 400, receiver.send('[]')],
      ['malformed', 400, receiver.send(eventBody({ object: eventObject('a/../b') }))],
      [
        'tooLarge',
        413,
        receiver.send(eventBody({ object: eventObject('a', { title: 'x'.repeat(262_144) }) })),
      ],
    ]
    for (const [fate, status, sent] of refused) expect([fate, await sent]).toEqual([fate, status])
    expect(receiver.takeFates().sort()).toEqual(refused.map(([fate]) => fate).sort())
    expect(await receiver.send(body)).toBe(204)
    expect(receiver.takeFates()).toEqual(['logged'])
  })

  test('A delivery of another organisation than the first one is refused', async () => {
    await using receiver = await startReceiver()
    expect(await receiver.send(eventBody({ object: eventObject('a') }))).toBe(204)
    const foreign = eventBody({ organization_id: 'org_other', object: eventObject('b') })
    expect(await receiver.send(foreign)).toBe(400)
    expect(receiver.takeFates()).toEqual(['logged', 'otherOrganisation'])
  })

  test('A delivery of an unknown type is accepted, and a test delivery too', async () => {
    await using receiver = await startReceiver()
    expect(await receiver.send(eventBody({ type: 'patient.created', object: {} }))).toBe(204)
    expect(await receiver.send(eventBody({ type: 'webhook.test', object: {} }))).toBe(204)
    expect(receiver.takeFates()).toEqual(['other', 'other'])
  })

  test('Delivered five times in an hour, its change is announced once', async () => {
    let now = NOON
    await using receiver = await startReceiver({ now: () => now, monotonic: () => now })
    const body = eventBody({ object: eventObject('a') })
    for (let nth = 0; nth < 5; nth += 1) {
      expect(await receiver.send(body, { at: now })).toBe(204)
      now += 900_000
    }
    expect(receiver.takeFates()).toEqual(['logged', 'duplicate', 'duplicate', 'duplicate', 'duplicate'])
  })

  test('Of events in reverse order all but the first are outdated', async () => {
    await using receiver = await startReceiver()
    const bodies = [1, 2, 3, 4].map((second) =>
      eventBody({
        created_at: `2026-01-05T12:00:0${second}.5Z`,
        object: eventObject('a', { title: String(second), updated_at: `2026-01-05T12:00:0${second}Z` }),
      }),
    )
    for (const body of bodies.reverse()) expect(await receiver.send(body)).toBe(204)
    expect(receiver.takeFates()).toEqual(['logged', 'outdated', 'outdated', 'outdated'])
  })

  test('In Latin-1, and with a byte-order mark, it is accepted', async () => {
    await using receiver = await startReceiver()
    const latin = Buffer.from(eventBody({ object: eventObject('a', { title: 'Müller' }) }), 'latin1')
    const timestamp = String(NOON / 1000)
    const { createHmac } = await import('node:crypto')
    const digest = createHmac('sha256', SECRET).update(`${timestamp}.`).update(latin).digest('hex')
    const headers = { 'x-webhook-signature': `t=${timestamp},v1=${digest}` }
    expect(await receiver.send(Uint8Array.from(latin), { headers })).toBe(204)
    expect(await receiver.send(`\ufeff${eventBody({ object: eventObject('b') })}`)).toBe(204)
    expect(receiver.takeFates()).toEqual(['logged', 'logged'])
  })

  test('A delivery that breaks off is not accepted, and costs nothing', async () => {
    await using receiver = await startReceiver()
    const { hostname, port } = new URL(receiver.url)
    const closed = new Promise<void>((resolve) => {
      const sending = request({ hostname, port, path: PATH, method: 'POST' })
      sending.on('error', () => {})
      sending.on('close', resolve)
      sending.setHeader('content-length', '1000')
      sending.write('{"id":', () => sending.destroy())
    })
    await closed
    while (receiver.lines.length === 0) await new Promise((resolve) => setImmediate(resolve))
    expect(receiver.takeFates()).toEqual(['broken'])
  })

  test('Ten thousand concurrent deliveries are all accepted, and none is lost', {
    timeout: 60_000,
  }, async () => {
    await using receiver = await startReceiver()
    const { hostname, port } = new URL(receiver.url)
    const agent = new Agent({ keepAlive: true, maxSockets: 20 })
    function send(id: string): Promise<number | undefined> {
      const body = eventBody({ object: eventObject(id) })
      const headers = sign({ secret: SECRET, style: 'stripe', timestamp: NOON / 1000, body })
      return new Promise((resolve, reject) => {
        const sending = request(
          { agent, hostname, port, path: PATH, method: 'POST', headers },
          (response) => {
            response.resume().on('end', () => resolve(response.statusCode))
          },
        )
        sending.on('error', reject).end(body)
      })
    }
    const statuses = await Promise.all(Array.from({ length: 10_000 }, (_, nth) => send(`apt_${nth}`)))
    agent.destroy()
    expect(new Set(statuses)).toEqual(new Set([204]))
    expect(receiver.takeFates().filter((fate) => fate === 'logged')).toHaveLength(10_000)
  })

  test('Nothing of its body is in a log or in a response', async () => {
    const faults: unknown[] = []
    await using receiver = await startReceiver({ reportFault: (fault) => faults.push(fault) })
    const body = eventBody({ object: eventObject('a', PATIENT) })
    const texts: string[] = []
    for (const options of [{}, { secret: OTHER }, { at: 0 }] as DeliveryOptions[]) {
      const { secret = SECRET, at = NOON } = options
      const response = await fetch(`${receiver.url}/webhooks/appointments`, {
        method: 'POST',
        headers: sign({ secret, style: 'stripe', timestamp: at / 1000, body }),
        body,
      })
      texts.push(JSON.stringify([...response.headers]), await response.text())
    }
    const all = JSON.stringify([texts, receiver.lines, faults])
    for (const name of [...NAMES, 'apt_', SECRET]) expect(all).not.toContain(name)
  })

  test('Another method is refused with `Allow: POST`', async () => {
    await using receiver = await startReceiver()
    const response = await fetch(`${receiver.url}/webhooks/appointments`)
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
  })
})

describe('A gateway without secrets', () => {
  test('It has no webhook endpoint, and no subscriptions', async () => {
    await using upstream = await startScriptedUpstream(() => ({ body: { data: [], meta: {} } }))
    await using gateway = await startGateway({ url: upstream.url, key: 'k' })
    const response = await fetch(`${gateway.url}/webhooks/appointments`, { method: 'POST', body: '{}' })
    expect(response.status).toBe(404)
    await using stream = await subscribe(gateway.url, {
      query: 'subscription { appointmentChanged { sequence } }',
    })
    expect((await stream.next())?.errors?.[0]?.extensions).toEqual({ code: 'EVENTS_UNAVAILABLE' })
    expect(upstream.requests).toEqual([])
  })
})

describe('Secrets and accounts', () => {
  test('Where callers send their own keys, a secret without an account is refused', async () => {
    await expect(
      startGateway({ url: 'http://127.0.0.1:1', webhooks: { secrets: [{ secret: SECRET }] } }),
    ).rejects.toThrow('each webhook secret names its account')
  })
})
