import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import type { Appointment } from '../../../src/contract/appointment.ts'
import { startSandbox } from '../../../src/sandbox/server.ts'
import { openDatabase } from '../../../src/sandbox/storage/database.ts'
import { createClient, sandboxFor, VISIT } from '../client.ts'

const KEY = 'pk_test_sandbox'
const SERVER = fileURLToPath(new URL('server-process.ts', import.meta.url))

function databaseFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'appointments.db')
}

test('kill -9 in the middle of writes loses nothing that was acknowledged', async () => {
  const database = databaseFile()
  const server = spawn(process.execPath, [SERVER, database], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void server.kill('SIGKILL'))
  const [url] = (await once(createInterface(server.stdout), 'line')) as [string]
  const call = createClient({ url, key: KEY })
  const acknowledged = new Map<string, Partial<Appointment>>()

  // Four writers, each with the next write on its way as the process dies under the 60th answer.
  async function write(): Promise<never> {
    for (;;) {
      const created = await call('POST /appointments', { body: VISIT })
      acknowledged.set(created.body.data.id, created.body.data)
      if (acknowledged.size === 60) server.kill('SIGKILL')
      const cancelled = await call(`POST /appointments/${created.body.data.id}/cancel`)
      acknowledged.set(created.body.data.id, cancelled.body.data)
    }
  }
  const writers = await Promise.allSettled([write(), write(), write(), write()])
  expect(writers.map(({ status }) => status)).toEqual(Array(4).fill('rejected'))
  expect(acknowledged.size).toBeGreaterThanOrEqual(60)

  const { call: callAgain } = await sandboxFor({ database, rateLimit: 0 })
  for (const [id, row] of acknowledged) {
    const { body } = await callAgain(`GET /appointments/${id}`)
    // A cancel that was under way may have happened; one that was acknowledged has.
    if (row.status === 'cancelled') expect(body.data).toMatchObject(row)
    else expect(body.data).toMatchObject({ id, title: VISIT.title })
  }
})

test('a file keeps its rows, its idempotency keys and its order of ids, and gets sample rows only once', async () => {
  const database = databaseFile()
  const headers = { 'idempotency-key': '0b7e5c1e-6d5a-4f6e-9a43-1c2d3e4f5a6b' }
  const first = await startSandbox({ database, seed: 30 })
  const created = await createClient(first)('POST /appointments', { body: VISIT, headers })
  const before = await createClient(first)('GET /appointments?limit=100')
  await first.close()

  const { call } = await sandboxFor({ database, seed: 30 })
  expect((await call('GET /appointments?limit=100')).body.data).toEqual(before.body.data)
  expect((await call('POST /appointments', { body: VISIT, headers })).body).toEqual(created.body)
  expect(before.body.data).toHaveLength(31)
})

test('a file that was opened in another order lists in the new one', async () => {
  const database = databaseFile()
  const first = await startSandbox({ database, seed: 30 })
  const ascending = await createClient(first)('GET /appointments?limit=100')
  await first.close()
  const { call } = await sandboxFor({ database, order: 'start_desc' })
  const starts = (rows: Appointment[]) => rows.map(({ start_time }) => start_time)
  const { body } = await call('GET /appointments?limit=100')
  expect(starts(body.data)).toEqual(starts(ascending.body.data).reverse())
})

test('a file of a later version is left alone', async () => {
  const database = databaseFile()
  await (await startSandbox({ database, seed: 0 })).close()
  const file = new DatabaseSync(database)
  file.exec('PRAGMA user_version = 99')
  file.close()
  await expect(startSandbox({ database })).rejects.toThrow('version 99')
})

test('close loses nothing that was acknowledged, takes nothing more, and leaves the file free', async () => {
  const database = databaseFile()
  const begun = Promise.withResolvers<void>()
  const sandbox = await startSandbox({ database, seed: 0, onExchange: () => begun.resolve() })
  const call = createClient(sandbox)
  const creates = Array.from({ length: 20 }, () => call('POST /appointments', { body: VISIT }))
  await begun.promise
  await sandbox.close()
  const acknowledged = (await Promise.allSettled(creates)).flatMap((create) =>
    create.status === 'fulfilled' ? [create.value.body.data.id] : [],
  )
  expect(acknowledged).not.toEqual([])
  await expect(call('GET /appointments')).rejects.toThrow('fetch failed')

  const { call: callAgain } = await sandboxFor({ database })
  for (const id of acknowledged) expect((await callAgain(`GET /appointments/${id}`)).status).toBe(200)
})

test('close twice is close once', async () => {
  const sandbox = await startSandbox({ seed: 0 })
  await Promise.all([sandbox.close(), sandbox.close()])
  await sandbox.close()
})

test.each([
  ['head', ''],
  ['body', 'Content-Type: application/json\r\n\r\n{'],
])('close does not wait for a client that never finishes its %s', async (_part, rest) => {
  const begun = Promise.withResolvers<void>()
  const sandbox = await startSandbox({
    seed: 0,
    clock: () => {
      begun.resolve()
      return new Date()
    },
  })
  const { hostname, port } = new URL(sandbox.url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  const head = `POST /appointments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Length: 10\r\n`
  socket.write(head + rest)
  await (rest ? begun.promise : once(socket, 'connect'))
  await sandbox.close()
})

test('what a file has acknowledged is on the disk, not on its way there', () => {
  const database = openDatabase(databaseFile())
  const pragma = (name: string) => database.prepare(`PRAGMA ${name}`).get()?.[name]
  // 2 is FULL.
  expect([pragma('journal_mode'), pragma('synchronous')]).toEqual(['wal', 2])
  database.close()
})

test('a taken port is told', async () => {
  const { url } = await sandboxFor()
  await expect(startSandbox({ port: Number(new URL(url).port), seed: 0 })).rejects.toThrow('EADDRINUSE')
})
