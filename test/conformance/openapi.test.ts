import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import spectral, { type RulesetDefinition } from '@stoplight/spectral-core'
import rulesets from '@stoplight/spectral-rulesets'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts'
import { startGateway } from '../support/gateway.ts'

const REDOCLY = join('node_modules', '@redocly/cli', 'bin/cli.js')
const PRISM = join('node_modules', '@stoplight/prism-cli', 'dist/index.js')

describe.each([{ faults: false }, { faults: true }])('The OpenAPI document with %o', ({ faults }) => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await startSandbox({ seed: 0, faults })
  })
  afterAll(() => sandbox.close())

  test('passes redocly lint', async () => {
    const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
    // The control endpoint has reads without parameters, which have no validation errors.
    const rules = faults ? ['--skip-rule', 'operation-4xx-response'] : []
    const args = [REDOCLY, 'lint', `${sandbox.url}/openapi.json`, '--format', 'json', ...rules]
    const { stdout } = await promisify(execFile)(process.execPath, args, { env })
    expect(JSON.parse(stdout)).toMatchObject({ totals: { errors: 0, warnings: 0 }, problems: [] })
  }, 30_000)

  test('passes the OpenAPI rules of Spectral', async () => {
    const linter = new spectral.Spectral()
    // The sandbox has no support contact.
    linter.setRuleset({ extends: rulesets.oas as RulesetDefinition, rules: { 'info-contact': 'off' } })
    const document = await (await fetch(`${sandbox.url}/openapi.json`)).text()
    expect(await linter.run(document)).toEqual([])
  }, 30_000)
})

describe('A mock that Prism makes of the document', () => {
  let url: string
  let stop: () => Promise<unknown>
  beforeAll(async () => {
    const sandbox = await startSandbox({ seed: 0 })
    const prism = spawn(process.execPath, [PRISM, 'mock', `${sandbox.url}/openapi.json`, '--port', '0'])
    stop = async () => {
      const exited = once(prism, 'exit')
      prism.kill()
      return exited
    }
    for await (const line of createInterface(prism.stdout)) {
      url = /listening on (http:\S+:\d+)/.exec(line)?.[1] ?? ''
      if (url !== '') break
    }
    await sandbox.close()
  }, 60_000)
  afterAll(() => stop())

  test('serves a page, one appointment and a cancel to the gateway', async () => {
    await using gateway = await startGateway({ url, key: 'pk_test_mock' })
    const page = await gateway.query(PAGE)
    expect(page).toMatchObject({
      data: { appointments: { nodes: [VISIT], pageInfo: { hasNextPage: false } } },
      extensions: { upstream: { requests: 1, rateLimit: { limit: 1000, remaining: 999 } } },
    })
    const one = await gateway.query(ONE, { id: VISIT.restId })
    expect(one.data).toEqual({ appointment: { ...VISIT, durationMinutes: 30 } })
    const cancelled = await gateway.query(CANCEL, { id: VISIT.restId })
    const appointment = { restId: VISIT.restId, status: 'CANCELLED' }
    expect(cancelled.data).toEqual({ cancelAppointment: { appointment, performedBy: 'key_abc123' } })
    for (const { errors } of [page, one, cancelled]) expect(errors).toBeUndefined()
  })
})

const PAGE = `{
  appointments(filter: { status: [CONFIRMED, PENDING] }) { nodes { restId title startTime } pageInfo { hasNextPage } }
}`
const ONE = 'query ($id: ID!) { appointment(id: $id) { restId title startTime durationMinutes } }'
const CANCEL = `mutation ($id: ID!) {
  cancelAppointment(input: { id: $id }) { appointment { restId status } performedBy }
}`

const VISIT = {
  restId: 'apt_123e4567-e89b-12d3-a456-426614174000',
  title: 'Follow-up Consultation',
  startTime: '2025-01-20T14:00:00Z',
}
