import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { describeWithRedis, startRedis } from '../redis.ts'
import { findProgram } from './program.ts'

describeWithRedis('The Redis server of a test', () => {
  test('It answers at its URL, and is empty', async () => {
    await using server = await startRedis()
    expect(await server.ask('DBSIZE')).toBe(0)
    expect(await connect(server.url).set('name', 'value')).toBe('OK')
    expect(await server.ask('DBSIZE')).toBe(1)
  })

  test('It answers at its socket too, and keeps nothing on disk', async () => {
    await using server = await startRedis()
    expect(await connect(server.socket).ping()).toBe('PONG')
    expect(await server.ask('CONFIG', 'GET', 'save')).toEqual(['save', ''])
  })

  test('Two servers share nothing', async () => {
    await using one = await startRedis()
    await using other = await startRedis()
    await one.ask('SET', 'name', 'value')
    expect(await one.ask('GET', 'name')).toBe('value')
    expect(await other.ask('GET', 'name')).toBeNull()
  })

  test('A frozen one answers nothing, and what it was asked once it thaws', async () => {
    await using server = await startRedis()
    const patient = connect(server.url)
    const hasty = connect(server.url, { commandTimeout: 50 })
    await Promise.all([patient.ping(), hasty.ping()])
    server.freeze()
    const answer = patient.ping()
    await expect(hasty.ping()).rejects.toThrow('Command timed out')
    server.thaw()
    expect(await answer).toBe('PONG')
  })

  test('A killed one refuses connections, and restarts empty at the same address', async () => {
    await using server = await startRedis()
    const { pid } = server
    await server.ask('SET', 'name', 'value')
    await server.kill()
    await expect(server.ask('PING')).rejects.toThrow()
    await server.restart()
    expect(await connect(server.url).get('name')).toBeNull()
    expect(server.pid).not.toBe(pid)
  })

  test('A stopped one has ended, frozen or not, and so has one that is disposed of', async () => {
    const server = await startRedis()
    await server.stop()
    expect(isRunning(server.pid)).toBe(false)
    await server.restart()
    server.freeze()
    await server.stop()
    expect(isRunning(server.pid)).toBe(false)
    await server.restart()
    server.freeze()
    await server[Symbol.asyncDispose]()
    expect(isRunning(server.pid)).toBe(false)
    expect(existsSync(dirname(server.socket))).toBe(false)
  })

  test('One with a password refuses who has another', async () => {
    await using server = await startRedis({ password: 'sesame/ö@' })
    expect(await connect(server.url).ping()).toBe('PONG')
    expect(await server.ask('PING')).toBe('PONG')
    await expect(connect(server.urlAs('', 'other')).ping()).rejects.toThrow('WRONGPASS')
  })

  test('A user may do what the rule of that user says', async () => {
    await using server = await startRedis({
      users: ['default off', 'gateway on >secret ~appointments:* +@all -@dangerous +info'],
    })
    const gateway = connect(server.urlAs('gateway', 'secret'))
    expect(await gateway.set('appointments:a', 'value')).toBe('OK')
    await expect(gateway.set('other:a', 'value')).rejects.toThrow('NOPERM')
    await expect(gateway.flushall()).rejects.toThrow('NOPERM')
  })

  test('One with TLS is trusted by its certificate only', async () => {
    await using server = await startRedis({ tls: true, password: 'sesame' })
    expect(server.url).toMatch(/^rediss:/)
    const ca = readFileSync(server.certificateFile)
    expect(await connect(server.url, { tls: { ca } }).ping()).toBe('PONG')
    await expect(connect(server.url).ping()).rejects.toThrow()
  })

  test('It takes more settings, and a bad one fails with what Redis says of it', async () => {
    await using server = await startRedis({ args: ['--maxmemory', '2mb'] })
    expect(await server.ask('CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', '2097152'])
    await expect(startRedis({ args: ['--no-such-setting', '1'] })).rejects.toThrow(/no-such-setting/)
  })
})

describe('The program of the Redis server', () => {
  test('Valkey is taken before Redis, and both before the unpacked packages', async () => {
    const folder = makeFolder()
    addProgram(folder, 'unpacked/usr/bin/redis-server')
    const redis = addProgram(folder, 'a/redis-server')
    expect((await findProgram(`${folder}/a:${folder}/b`, `${folder}/unpacked`)).path).toBe(redis)
    const valkey = addProgram(folder, 'b/valkey-server')
    expect((await findProgram(`${folder}/a:${folder}/b`, `${folder}/unpacked`)).path).toBe(valkey)
  })

  test('The unpacked packages come with the folder of their libraries', async () => {
    const folder = makeFolder()
    const path = addProgram(folder, 'unpacked/usr/bin/redis-server')
    mkdirSync(`${folder}/unpacked/usr/lib/some-linux-gnu`, { recursive: true })
    expect(await findProgram('', `${folder}/unpacked`)).toEqual({
      path,
      environment: { LD_LIBRARY_PATH: `${folder}/unpacked/usr/lib/some-linux-gnu` },
    })
  })

  test('Where there is none, the error names the commands that help', async () => {
    const folder = makeFolder()
    const finding = findProgram(folder, `${folder}/unpacked`)
    await expect(finding).rejects.toThrow(/apt-get install redis-server.*REDIS_TEST_URL.*WITHOUT_REDIS=1/)
  })
})

interface Connecting {
  readonly commandTimeout?: number
  readonly tls?: { readonly ca: Buffer }
}

/** A client that gives up at once, and is gone at the end of the test. */
function connect(url: string, options: Connecting = {}): Redis {
  const redis = new Redis(url, { retryStrategy: () => null, maxRetriesPerRequest: 0, ...options })
  redis.on('error', () => {})
  onTestFinished(() => redis.disconnect())
  return redis
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'redis-program-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

function addProgram(folder: string, name: string): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, '')
  chmodSync(path, 0o755)
  return path
}
