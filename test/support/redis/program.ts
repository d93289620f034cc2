import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

export interface Program {
  readonly path: string
  /** What the program needs in its environment. */
  readonly environment: Readonly<Record<string, string>>
}

const UNPACKED = join(import.meta.dirname, '../../../node_modules/.cache/redis')

/** The server's program: the machine's own, or Debian's, which is downloaded and unpacked once for each installation. */
export async function findProgram(path = process.env.PATH ?? '', unpacked = UNPACKED): Promise<Program> {
  const own = onPath('valkey-server', path) ?? onPath('redis-server', path)
  if (own !== undefined) return { path: own, environment: {} }
  if (!existsSync(programIn(unpacked))) await unpackDebian(path, unpacked)
  return { path: programIn(unpacked), environment: { LD_LIBRARY_PATH: librariesIn(unpacked) } }
}

async function unpackDebian(path: string, unpacked: string): Promise<void> {
  const lacking = ['apt-get', 'dpkg', 'flock'].find((name) => onPath(name, path) === undefined)
  if (lacking !== undefined) throw noServer(`${lacking} is not on the PATH`)
  mkdirSync(join(unpacked, '..'), { recursive: true })
  const script = join(import.meta.dirname, 'unpack-debian.sh')
  // Test files run in parallel. The kernel releases the lock of a run that was killed.
  await promisify(execFile)('flock', [`${unpacked}.lock`, 'sh', script, unpacked]).catch(({ stderr }) => {
    throw noServer(`Debian's packages can't be had: ${String(stderr).trim()}`)
  })
}

function noServer(why: string): Error {
  return new Error(
    'The Redis tests need a server: `apt-get install redis-server` installs one, REDIS_TEST_URL names one that runs, ' +
      `and WITHOUT_REDIS=1 leaves these tests out. None is on the PATH, and ${why}`,
  )
}

export function onPath(name: string, path = process.env.PATH ?? ''): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function programIn(unpacked: string): string {
  return join(unpacked, 'usr/bin/redis-server')
}

/** Debian keeps libraries in a folder named after the processor, such as `x86_64-linux-gnu`. */
function librariesIn(unpacked: string): string {
  return ['lib', 'usr/lib']
    .map((name) => join(unpacked, name))
    .filter(existsSync)
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((folder) => folder.includes('-linux-gnu'))
    .join(delimiter)
}
