import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { json } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { sandboxGreeting } from '../../src/process/greeting.ts'
import { type SandboxOptions, startSandbox } from '../../src/sandbox/server.ts'
import { createClient, sandboxFor } from './client.ts'
import { databaseFile } from './storage/database-file.ts'

type Exchange = Parameters<NonNullable<SandboxOptions['onExchange']>>[0]

/** A sandbox on a file, with a promise that resolves when the first request has passed authentication. */
async function observedSandbox() {
  const database = databaseFile()
  const arrived = Promise.withResolvers<void>()
  const exchanges: Exchange[] = []
  const sandbox = await startSandbox({
    database,
    seed: 0,
    // The quota reads the clock as a request arrives.
    clock: () => {
      arrived.resolve()
      return new Date()
    },
    onExchange: (exchange) => exchanges.push(exchange),
  })
  return { sandbox, database, arrived: arrived.promise, exchanges }
}

async function storedRows(database: string): Promise<unknown[]> {
  const { call } = await sandboxFor({ database })
  return (await call('GET /appointments')).body.data
}

test('The greeting has the address, the key, and a curl line that works', async () => {
  const sandbox = await sandboxFor({ seed: 5 })
  const text = sandboxGreeting(sandbox)
  expect(text).toContain(sandbox.url)
  expect(text).toContain(sandbox.key)
  const [, url = '', name = '', value = ''] = /^curl "(.+?)" -H "(.+?): (.+?)"$/m.exec(text) ?? []
  const response = await fetch(url, { headers: { [name]: value } })
  expect(response.status).toBe(200)
  expect(await response.json()).toMatchObject({ meta: { limit: 3 } })
})

test('Starting on a taken port rejects with EADDRINUSE', async () => {
  const { url } = await sandboxFor()
  await expect(startSandbox({ port: Number(new URL(url).port), seed: 0 })).rejects.toThrow('EADDRINUSE')
})

test('Closing twice waits for the same request, then frees the port and the file', async () => {
  const { sandbox, database, arrived, exchanges } = await observedSandbox()
  const create = request(`${sandbox.url}/appointments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sandbox.key}`, 'content-type': 'application/json' },
  })
  create.write('{"title":"Consultation","start_time":"2025-01-25T10:00:00Z",')
  await arrived

  const closes = [sandbox.close(), sandbox.close()]
  expect(await Promise.race([...closes, wait(50, 'still open')])).toBe('still open')
  create.end('"end_time":"2025-01-25T10:30:00Z"}')
  const [response] = await once(create, 'response')
  expect(response.statusCode).toBe(201)
  const { data } = (await json(response)) as { data: { id: string } }

  expect(await Promise.all([...closes, sandbox.close()])).toEqual([undefined, undefined, undefined])
  expect(exchanges).toEqual([{ method: 'POST', target: '/appointments', status: 201 }])
  await expect(createClient(sandbox)('GET /appointments')).rejects.toMatchObject({
    cause: { code: 'ECONNREFUSED' },
  })
  expect(await storedRows(database)).toMatchObject([{ id: data.id }])
})

test.each([
  ['head', '', []],
  [
    'body',
    'Content-Type: application/json\r\n\r\n{',
    [{ method: 'POST', target: '/appointments', status: 0 }],
  ],
])(
  'Closing cuts off a client that never finishes its %s, and stores nothing',
  async (part, rest, expected) => {
    const { sandbox, database, arrived, exchanges } = await observedSandbox()
    const { hostname, port } = new URL(sandbox.url)
    const socket = connect(Number(port), hostname)
    const received: Buffer[] = []
    socket.on('data', (bytes) => received.push(bytes))
    socket.on('error', () => {})
    const cutOff = once(socket, 'close')
    socket.write(
      `POST /appointments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${sandbox.key}\r\nContent-Length: 10\r\n${rest}`,
    )
    await (part === 'body' ? arrived : once(socket, 'connect'))

    const begun = performance.now()
    await sandbox.close()
    expect(performance.now() - begun).toBeLessThan(5_000)
    await cutOff
    expect(Buffer.concat(received).toString()).toBe('')
    expect(exchanges).toEqual(expected)
    expect(await storedRows(database)).toEqual([])
  },
)
