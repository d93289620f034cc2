import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { describe, test } from 'vitest'
import { makeCertificate } from './redis/certificate.ts'
import { end, launch, launchAtFreePort } from './redis/launch.ts'
import { findProgram } from './redis/program.ts'

export interface RedisServer extends AsyncDisposable {
  /** As `REDIS_URL` takes it, the password included: `redis://:secret@127.0.0.1:23456`, or `rediss://` with TLS. */
  readonly url: string
  /** The same server by another user, as `users` declares it. */
  urlAs(user: string, password: string): string
  /** Its unix socket, a path: the cheaper way for a client of this process. */
  readonly socket: string
  /** With TLS: the file of the certificate to trust, for `NODE_EXTRA_CA_CERTS` and ioredis's `tls.ca`. */
  readonly certificateFile: string
  readonly pid: number
  /** Sends one command over a connection of its own, as the default user. */
  ask(command: string, ...args: (string | number)[]): Promise<unknown>
  /** Ends it as an administrator does, by SIGTERM. */
  stop(): Promise<void>
  /** Ends it as a crash does, by SIGKILL. */
  kill(): Promise<void>
  /** Stops its clock, by SIGSTOP: it accepts connections and answers nothing until it thaws. */
  freeze(): void
  thaw(): void
  /** Starts it again at the same address, empty. Ends it first where it runs. */
  restart(): Promise<void>
}

export interface RedisServerOptions {
  readonly password?: string
  /** Each as the ACL has it: `gateway on >secret ~appointments:* +@all`. */
  readonly users?: readonly string[]
  readonly tls?: boolean
  /** More of its settings, as on the command line: `['--maxmemory', '2mb']`. */
  readonly args?: readonly string[]
}

/**
 * Registers the suite; where no Redis server can be had, one failing test that tells how to get one. With
 * `WITHOUT_REDIS=1` the closing line of the run counts the suite's tests as skipped.
 */
export function describeWithRedis(name: string, body: () => void): void {
  describe.skipIf(process.env.WITHOUT_REDIS === '1')(name, async () => {
    const problem = await whyNoRedis()
    if (problem === undefined) return body()
    test('A Redis server can be had', () => {
      throw problem
    })
  })
}

async function whyNoRedis(): Promise<unknown> {
  if (process.env.WITHOUT_REDIS === '1' || process.env.REDIS_TEST_URL) return undefined
  return findProgram().then(
    () => undefined,
    (problem) => problem,
  )
}

/** Starts an empty server that keeps nothing on disk, or empties a database of the one that `REDIS_TEST_URL` names. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  if (process.env.REDIS_TEST_URL) return useRedis(process.env.REDIS_TEST_URL, options)
  const program = await findProgram()
  const folder = mkdtempSync(join(tmpdir(), 'redis-'))
  const socket = join(folder, 'socket')
  const certificateFile = join(folder, 'certificate.pem')
  const settings = [
    ...['--save', '', '--appendonly', 'no', '--dir', folder, '--bind', '127.0.0.1', '--unixsocket', socket],
    ...(options.password === undefined ? [] : ['--requirepass', options.password]),
    ...(options.users ?? []).flatMap((user) => ['--user', ...user.split(' ')]),
    ...(options.tls ? tlsSettings(folder, certificateFile) : []),
    ...(options.args ?? []),
  ]
  const launchAt = (port: number) =>
    launch(program, [
      ...(options.tls ? ['--port', '0', '--tls-port'] : ['--port']),
      String(port),
      ...settings,
    ])

  const removeFolder = () => rmSync(folder, { recursive: true })
  let { port, child } = await launchAtFreePort(launchAt).catch((problem) => {
    removeFolder()
    throw problem
  })
  const address = `127.0.0.1:${port}`
  const scheme = options.tls ? 'rediss' : 'redis'
  const urlAs = (user: string, password: string) =>
    `${scheme}://${user}:${encodeURIComponent(password)}@${address}`
  const login = options.password === undefined ? {} : { password: options.password }
  return {
    url: options.password === undefined ? `${scheme}://${address}` : urlAs('', options.password),
    urlAs,
    socket,
    certificateFile,
    get pid() {
      return child.pid ?? 0
    },
    ask: (command, ...args) => ask(new Redis({ path: socket, ...login, ...ONCE }), command, args),
    stop: () => end(child, 'SIGTERM'),
    kill: () => end(child, 'SIGKILL'),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async restart() {
      await end(child, 'SIGKILL')
      child = await launchAt(port)
    },
    async [Symbol.asyncDispose]() {
      await end(child, 'SIGKILL')
      removeFolder()
    },
  }
}

let isInUse = false

/** The server of `REDIS_TEST_URL`. Others use it too, so each worker of the run has a database of it, and empties it. */
async function useRedis(given: string, options: RedisServerOptions): Promise<RedisServer> {
  const needsOwn = (what: string): never => {
    throw new Error(`This test needs a Redis server of its own, for ${what}: run it without REDIS_TEST_URL`)
  }
  if (Object.keys(options).length > 0) needsOwn(Object.keys(options).join(', '))
  if (isInUse) needsOwn('two servers at once')
  const target = new URL(given)
  if (target.pathname.length < 2) target.pathname = `/${process.env.VITEST_POOL_ID ?? 0}`
  const url = target.href
  await ask(new Redis(url, ONCE), 'FLUSHDB', [])
  isInUse = true
  return {
    url,
    urlAs: () => needsOwn('its users'),
    get socket() {
      return needsOwn('its socket')
    },
    get certificateFile() {
      return needsOwn('its certificate')
    },
    get pid() {
      return needsOwn('its pid')
    },
    ask: (command, ...args) => ask(new Redis(url, ONCE), command, args),
    stop: async () => needsOwn('stop()'),
    kill: async () => needsOwn('kill()'),
    freeze: () => needsOwn('freeze()'),
    thaw: () => needsOwn('thaw()'),
    restart: async () => needsOwn('restart()'),
    async [Symbol.asyncDispose]() {
      isInUse = false
    },
  }
}

function tlsSettings(folder: string, certificateFile: string): readonly string[] {
  const { certificate, key } = makeCertificate()
  const keyFile = join(folder, 'key.pem')
  writeFileSync(certificateFile, certificate)
  writeFileSync(keyFile, key)
  const files = ['--tls-cert-file', certificateFile, '--tls-ca-cert-file', certificateFile]
  return [...files, '--tls-key-file', keyFile, '--tls-auth-clients', 'no']
}

/** For a connection that sends one command, and fails where it can't. */
const ONCE = { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 } as const

async function ask(redis: Redis, command: string, args: readonly (string | number)[]): Promise<unknown> {
  // The rejected promises tell it as well.
  redis.on('error', () => {})
  try {
    await redis.connect()
    return await redis.call(command, ...args)
  } finally {
    redis.disconnect()
  }
}
