import { describe, expect, test } from 'vitest'
import { accountOfKey } from '../../src/server/identity/identity.ts'
import { deliver, eventBody, eventObject, SECRET } from '../support/events.ts'
import { type Process, runProcess, startProcess } from '../support/process.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'
import { subscribe } from '../support/stream.ts'

const QUERY =
  'subscription ($after: String) { appointmentChanged(after: $after) { sequence kind appointment { title } } }'

function urlOf({ firstLine }: Process): string {
  return /http:\S+(?=\/graphql)/.exec(firstLine)?.[0] ?? ''
}

describe('The process and events', () => {
  test('Out of the box, a change of the REST API reaches a subscriber', async () => {
    await using product = await startProcess({ PORT: '0', SANDBOX_PORT: '0' })
    await using stream = await subscribe(urlOf(product), { query: QUERY })
    while (product.lines.length < 2) await new Promise((resolve) => setImmediate(resolve))
    const [, api = '', key = ''] = /API is at (\S+), with the key (\S+)\./.exec(product.lines[1] ?? '') ?? []
    const created = await fetch(`${api}/appointments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        title: 'From elsewhere',
        start_time: '2030-01-07T10:00:00Z',
        end_time: '2030-01-07T11:00:00Z',
      }),
    })
    expect(created.status).toBe(201)
    expect((await stream.next())?.data.appointmentChanged).toMatchObject({
      kind: 'CREATED',
      appointment: { title: 'From elsewhere' },
    })
  })

  test('Killed after it accepted an event, it loses none without RESUME_EXPIRED', async () => {
    await using upstream = await startScriptedUpstream(() => ({
      body: { data: { ...eventObject('a'), title: 'Now' }, meta: {} },
    }))
    const environment = {
      PORT: '0',
      APPOINTMENTS_API_URL: upstream.url,
      APPOINTMENTS_API_KEY: 'k',
      WEBHOOK_SECRETS: SECRET,
    }
    const first = await startProcess(environment)
    const before = await subscribe(urlOf(first), { query: QUERY })
    const after = before.response.headers.get('x-resume-after')
    expect(await deliver(urlOf(first), eventBody({ object: eventObject('a') }))).toBe(204)
    first.signal('SIGKILL')
    await first.stop()
    await before[Symbol.asyncDispose]()
    await using second = await startProcess(environment)
    await using again = await subscribe(urlOf(second), { query: QUERY, variables: { after } })
    expect((await again.next())?.errors?.[0]?.extensions.code).toBe('RESUME_EXPIRED')
  })

  test('Callers with their own keys get the events of the accounts of the secrets', async () => {
    await using upstream = await startScriptedUpstream(() => ({ body: { data: [], meta: {} } }))
    const { stdout } = await runProcess({ APPOINTMENTS_API_KEY: 'pk_one' }, 'account')
    expect(stdout).toBe(`${accountOfKey('pk_one')}\n`)
    await using product = await startProcess({
      PORT: '0',
      APPOINTMENTS_API_URL: upstream.url,
      WEBHOOK_SECRETS: `${SECRET}@${stdout.trim()}`,
    })
    const url = urlOf(product)
    const open = (key: string) =>
      subscribe(url, { query: QUERY, headers: { authorization: `Bearer ${key}` } })
    await using known = await open('pk_one')
    await using unknown = await open('pk_two')
    expect((await unknown.next())?.errors?.[0]?.extensions).toEqual({ code: 'EVENTS_UNAVAILABLE' })
    await deliver(url, eventBody({ object: eventObject('a') }))
    expect((await known.next())?.data.appointmentChanged.appointment.title).toBe('Visit')
    expect(upstream.requests).toEqual([])
  })

  test.for<[string, Record<string, string>]>([
    ['a secret that is too short', { WEBHOOK_SECRETS: 'short' }],
    ['an account that is none', { WEBHOOK_SECRETS: `${SECRET}@someone` }],
    [
      'no account where callers send keys',
      { WEBHOOK_SECRETS: SECRET, APPOINTMENTS_API_URL: 'http://127.0.0.1:1' },
    ],
    ['a style that is not known', { WEBHOOK_STYLE: 'fancy' }],
  ])('It does not start with %s, and does not quote it', async ([, environment]) => {
    const { code, stderr } = await runProcess({ PORT: '0', SANDBOX_PORT: '0', ...environment })
    expect(code).toBe(2)
    expect(stderr).toMatch(/^WEBHOOK_\w+: must be|^WEBHOOK_SECRETS: each secret must/)
    expect(stderr).not.toContain(SECRET)
  })

  test('Without a key the command prints no account', async () => {
    const { code, stderr } = await runProcess({}, 'account')
    expect([code, stderr]).toEqual([2, expect.stringContaining('APPOINTMENTS_API_KEY: must be set')])
  })
})
