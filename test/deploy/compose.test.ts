import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DCLinter } from 'dclint'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readConfig } from '../../src/config.ts'
import { readText } from './files.ts'
import { GRACE_MS } from './grace.ts'

const TEXT = readText('compose.yaml')

interface Service {
  readonly image?: string
  readonly build?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly profiles?: readonly string[]
  readonly read_only?: boolean
  readonly stop_grace_period?: string
  readonly depends_on?: Readonly<Record<string, object>>
}

/** What `docker compose` reads with these variables. */
function servicesWith(variables: Readonly<Record<string, string>>): Readonly<Record<string, Service>> {
  const text = JSON.stringify(parse(TEXT, { merge: true }).services)
  return JSON.parse(text.replaceAll(/\$\{(\w+):-([^}]*)\}/g, (_, name, other) => variables[name] || other))
}

/** The types of the linter do not resolve by the rules of Node. */
interface LintResult {
  readonly messages: readonly { readonly rule: string; readonly message: string }[]
}

function lint(text: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'compose-'))
  const path = join(folder, 'compose.yaml')
  writeFileSync(path, text)
  const results: readonly LintResult[] = new DCLinter({
    rules: {},
    quiet: false,
    debug: false,
    exclude: [],
  }).lintFiles([path], false)
  rmSync(folder, { recursive: true })
  return results.flatMap(({ messages }) => messages).map(({ rule, message }) => `${rule}: ${message}`)
}

describe('compose.yaml', () => {
  test('The linter of compose files and their schema find nothing in it', () => {
    expect(lint(TEXT)).toEqual([])
    expect(lint(TEXT.replace('read_only: true', 'readonly: yes'))).not.toEqual([])
  })

  test('It is the gateway alone, and with the profile two of them, nginx and Redis', () => {
    const services = Object.entries(servicesWith({}))
    const named = (isScaled: boolean) =>
      services.filter(([, { profiles }]) => (profiles?.[0] === 'scale') === isScaled).map(([name]) => name)
    expect([named(false), named(true)]).toEqual([['gateway'], ['gateway-2', 'nginx', 'redis']])
  })

  test('Every file system in it is read-only, and each image has a version', () => {
    for (const { read_only, image, build } of Object.values(servicesWith({}))) {
      expect(read_only).toBe(true)
      expect(build === '.' || /^\w+:\d+\.\d+/.test(image ?? '')).toBe(true)
    }
  })

  test('A second gateway that would not share is refused with a sentence', () => {
    const alone = servicesWith({})
    expect(readConfig(alone.gateway?.environment ?? {}).problems).toBeNull()
    expect(readConfig(alone['gateway-2']?.environment ?? {}).problems).toEqual([
      expect.stringMatching(/^REDIS_URL: must be redis:/),
    ])
    const scaled = servicesWith({ REDIS_URL: 'redis://redis:6379' })
    for (const name of ['gateway', 'gateway-2'])
      expect(readConfig(scaled[name]?.environment ?? {}).config).toMatchObject({
        HOST: '0.0.0.0',
        REDIS_URL: 'redis://redis:6379',
      })
  })

  test('It gives each gateway the time to drain and to finish', () => {
    for (const name of ['gateway', 'gateway-2'])
      expect(Number.parseInt(servicesWith({})[name]?.stop_grace_period ?? '', 10) * 1000).toBeGreaterThan(
        GRACE_MS,
      )
  })
})
