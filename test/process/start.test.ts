import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { listen } from '../../src/process/listen.ts'
import { readSettings } from '../../src/process/settings.ts'
import { openAt } from '../../src/process/start-problem.ts'
import { runningFirst, runProcess } from '../support/process.ts'

const FREE = { PORT: '0', SANDBOX_PORT: '0' }

/** A port that is in use. */
async function takenPort(): Promise<string> {
  const taken = await listen((_request, response) => void response.end(), '127.0.0.1', 0)
  onTestFinished(() => taken.close())
  return new URL(taken.url).port
}

describe('A start that the machine prevents', () => {
  test.for(['PORT', 'METRICS_PORT', 'SANDBOX_PORT'])(
    'A port %s in use is reported by the name of the variable, with exit code 1',
    async (name) => {
      const port = await takenPort()
      expect(await runProcess({ ...FREE, [name]: port })).toEqual({
        code: 1,
        stdout: '',
        stderr: `${name}: port ${port} is in use: set another, or 0 for a free one.\n`,
      })
    },
  )

  test('The port of the metrics is opened before that of the gateway', async () => {
    const taken = { PORT: await takenPort(), METRICS_PORT: await takenPort() }
    const { stderr } = await runProcess({ ...FREE, ...taken })
    expect(stderr).toMatch(/^METRICS_PORT: port \d+ is in use: [^\n]*\n$/)
  })

  test.for([
    ['HOST', 'nobody.invalid', 'no address is found for this name.'],
    ['SANDBOX_HOST', 'nobody.invalid', 'no address is found for this name.'],
    ['HOST', '203.0.113.9', 'this machine has no such address, or has it not yet.'],
  ] as const)(
    '%s=%s exits with 1, so that a supervisor retries the start',
    async ([name, host, sentence]) => {
      const result = await runProcess({ ...FREE, [name]: host })
      expect(result).toEqual({ code: 1, stdout: '', stderr: `${name}: ${sentence}\n` })
    },
  )

  test.for([
    [
      { code: 'EACCES', syscall: 'listen', port: 80 },
      'PORT: the process may not listen on port 80: ports below 1024 need a right of their own.',
    ],
    [
      { code: 'EINVAL', syscall: 'bind' },
      'HOST, PORT: this machine does not let the process listen there (EINVAL).',
    ],
    [{ code: 'EAI_AGAIN', syscall: 'getaddrinfo' }, 'HOST: no address is found for this name.'],
  ] as const)('$0.code of the system is reported in words', async ([error, sentence]) => {
    const opening = openAt({ host: 'HOST', port: 'PORT' }, () =>
      Promise.reject(Object.assign(new Error(), error)),
    )
    await expect(opening).rejects.toMatchObject({ lines: [sentence], exitCode: 1 })
  })

  test('An unusable database is reported with the name of its variable', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'start-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const text = join(folder, 'text')
    writeFileSync(text, 'This is a text, and no database at all. '.repeat(99))
    const later = join(folder, 'later')
    const database = new DatabaseSync(later)
    database.exec('PRAGMA user_version = 999')
    database.close()
    const sentences = []
    for (const SANDBOX_DATABASE of [join(folder, 'nowhere/file'), text, later]) {
      const { code, stdout, stderr } = await runProcess({ ...FREE, SANDBOX_DATABASE })
      expect([code, stdout]).toEqual([1, ''])
      sentences.push(stderr)
    }
    expect(sentences).toEqual([
      'SANDBOX_DATABASE: the file can not be used: unable to open database file.\n',
      'SANDBOX_DATABASE: the file can not be used: file is not a database.\n',
      expect.stringMatching(/^SANDBOX_DATABASE: .* The database is of version 999; .*\.\n$/),
    ])
  })

  test('An internal fault exits with 1, and is reported without its message', async () => {
    const failing = runningFirst(`
      import { Server } from 'node:http'
      Server.prototype.listen = () => { throw new TypeError('Jane Doe') }
    `)
    const result = await runProcess({ ...FREE, ...failing })
    expect(result).toMatchObject({ code: 1, stdout: '' })
    expect(result.stderr).toMatch(
      /^The start failed by a fault of the program itself: TypeError\n +at [^\n]*\n/,
    )
    expect(result.stderr).not.toContain('Jane')
  })
})

describe('Settings that contradict each other', () => {
  function problemsOf(environment: Readonly<Record<string, string>>): readonly string[] | null {
    const { config } = readConfig(environment)
    return config && readSettings(config).problems
  }

  test('Two of the ports are the same', () => {
    expect(problemsOf({ METRICS_PORT: '4000', SANDBOX_PORT: '4000' })).toEqual([
      'METRICS_PORT: must be another port than PORT: each needs its own.',
      'SANDBOX_PORT: must be another port than PORT: each needs its own.',
    ])
    expect(problemsOf({ METRICS_PORT: '4010' })).toEqual([
      'SANDBOX_PORT: must be another port than METRICS_PORT: each needs its own.',
    ])
    expect(problemsOf({ PORT: '0', METRICS_PORT: '0', SANDBOX_PORT: '0' })).toBeNull()
    const upstream = { APPOINTMENTS_API_URL: 'http://upstream.test' }
    expect(problemsOf({ ...upstream, PORT: '4010' })).toBeNull()
  })

  test('Instances that share a Redis, each over its own sandbox, do not start', async () => {
    const environment = { ...FREE, REDIS_URL: 'redis://127.0.0.1:1' }
    for (const command of [[], ['check']])
      expect(await runProcess(environment, ...command)).toEqual({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(/^APPOINTMENTS_API_URL: must be set where REDIS_URL is: .*\n$/),
      })
    expect(problemsOf({ ...environment, APPOINTMENTS_API_URL: 'http://upstream.test' })).toBeNull()
  })
})
