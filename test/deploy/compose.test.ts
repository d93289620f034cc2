import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DCLinter } from 'dclint'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { COMPOSE, servicesWith } from './compose.ts'
import { GRACE_MS } from './grace.ts'

/** TypeScript cannot resolve the types of the linter with `nodenext`. */
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
  test('The compose linter and the compose schema report no problem', () => {
    expect(lint(COMPOSE)).toEqual([])
    expect(lint(COMPOSE.replace('read_only: true', 'readonly: yes'))).not.toEqual([])
  })

  test('It has one gateway; with profiles two, nginx and Redis, and a shared sandbox', () => {
    const services = Object.entries(servicesWith({}))
    const named = (profile?: string) =>
      services.filter(([, { profiles }]) => profiles?.[0] === profile).map(([name]) => name)
    expect(named()).toEqual(['gateway'])
    expect(named('scale')).toEqual(['gateway-2', 'nginx', 'redis'])
    expect(named('sandbox')).toEqual(['sandbox'])
  })

  test('Every file system in it is read-only, and each image has a version', () => {
    for (const { read_only, image, build } of Object.values(servicesWith({}))) {
      expect(read_only).toBe(true)
      expect(build === '.' || /^\w+:\d+\.\d+/.test(image ?? '')).toBe(true)
    }
  })

  test('A second gateway without shared state does not start, and says why', () => {
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

  test('It gives each gateway enough time to drain and to finish', () => {
    for (const name of ['gateway', 'gateway-2'])
      expect(Number.parseInt(servicesWith({})[name]?.stop_grace_period ?? '', 10) * 1000).toBeGreaterThan(
        GRACE_MS,
      )
  })
})
