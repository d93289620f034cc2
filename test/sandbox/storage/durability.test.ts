import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import type { Appointment } from '../../../src/contract/appointment.ts'
import { startSandbox } from '../../../src/sandbox/server.ts'
import { openDatabase } from '../../../src/sandbox/storage/database.ts'
import { createClient, sandboxFor, VISIT } from '../client.ts'
import { databaseFile } from './database-file.ts'

const KEY = 'pk_test_sandbox'
const SERVER = fileURLToPath(new URL('server-process.ts', import.meta.url))

test('Kill -9 in the middle of writes loses no acknowledged write', async () => {
  const database = databaseFile()
  const server = spawn(process.execPath, [SERVER, database], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void server.kill('SIGKILL'))
  const [url] = (await once(createInterface(server.stdout), 'line')) as [string]
  const call = createClient({ url, key: KEY })
  const acknowledged = new Map<string, Partial<Appointment>>()

  // Four concurrent writers, so that three writes are in flight when the process dies after the 60th create.
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
    // A cancel in flight may or may not be stored; an acknowledged one must be.
    if (row.status === 'cancelled') expect(body.data).toMatchObject(row)
    else expect(body.data).toMatchObject({ id, title: VISIT.title })
  }
})

test('A file keeps rows and idempotency keys, and gets sample rows only once', async () => {
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

test('A file of the version without people keeps its sample, and gets its people', async () => {
  const database = databaseFile()
  const first = await startSandbox({ database, seed: 30 })
  const before = await createClient(first)('GET /patients?limit=100')
  const visits = await createClient(first)('GET /appointments?limit=100')
  await first.close()
  const file = new DatabaseSync(database)
  for (const table of ['clinicians', 'locations', 'templates', 'patients']) file.exec(`DROP TABLE ${table}`)
  file.exec('PRAGMA user_version = 3')
  file.close()

  const { call } = await sandboxFor({ database, seed: 30 })
  expect((await call('GET /patients?limit=100')).body.data).toEqual(before.body.data)
  expect((await call('GET /appointments?limit=100')).body.data).toEqual(visits.body.data)
  expect(before.body.data).toHaveLength(6)
})

test("A file with a clinic's own appointments gets no sample people", async () => {
  const database = databaseFile()
  const first = await startSandbox({ database, seed: 0 })
  await createClient(first)('POST /appointments', { body: VISIT })
  await first.close()
  const { call } = await sandboxFor({ database, seed: 30 })
  expect((await call('GET /patients')).body.data).toEqual([])
  expect((await call('GET /clinician-profiles')).body.data).toEqual([])
})

test('A file reopened with another order lists its rows in the new order', async () => {
  const database = databaseFile()
  const first = await startSandbox({ database, seed: 30 })
  const ascending = await createClient(first)('GET /appointments?limit=100')
  await first.close()
  const { call } = await sandboxFor({ database, order: 'start_desc' })
  const starts = (rows: Appointment[]) => rows.map(({ start_time }) => start_time)
  const { body } = await call('GET /appointments?limit=100')
  expect(starts(body.data)).toEqual(starts(ascending.body.data).reverse())
})

test('The sandbox does not open a file of a later version', async () => {
  const database = databaseFile()
  await (await startSandbox({ database, seed: 0 })).close()
  const file = new DatabaseSync(database)
  file.exec('PRAGMA user_version = 99')
  file.close()
  await expect(startSandbox({ database })).rejects.toThrow('version 99')
})

test('Close keeps every acknowledged write and accepts no more requests', async () => {
  const database = databaseFile()
  const firstExchange = Promise.withResolvers<void>()
  const sandbox = await startSandbox({ database, seed: 0, onExchange: () => firstExchange.resolve() })
  const call = createClient(sandbox)
  const creates = Array.from({ length: 20 }, () => call('POST /appointments', { body: VISIT }))
  await firstExchange.promise
  await sandbox.close()
  const acknowledged = (await Promise.allSettled(creates)).flatMap((create) =>
    create.status === 'fulfilled' ? [create.value.body.data.id] : [],
  )
  expect(acknowledged).not.toEqual([])
  await expect(call('GET /appointments')).rejects.toThrow('fetch failed')

  const { call: callAgain } = await sandboxFor({ database })
  for (const id of acknowledged) expect((await callAgain(`GET /appointments/${id}`)).status).toBe(200)
})

test('Every commit is on the disk before it is acknowledged', () => {
  const database = openDatabase(databaseFile())
  const pragma = (name: string) => database.prepare(`PRAGMA ${name}`).get()?.[name]
  // 2 is FULL.
  expect([pragma('journal_mode'), pragma('synchronous')]).toEqual(['wal', 2])
  database.close()
})
