import { describe, expect, test } from 'vitest'
import { sign } from '../../src/events/signature.ts'
import { SECRET } from '../support/events.ts'
import { runProcess, startProcess } from '../support/process.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'

const FREE = { SANDBOX_PORT: '0' }

describe('The sandbox alone', () => {
  test('The process runs the embedded API alone and prints its URL', async () => {
    await using sandbox = await startProcess(FREE, 'sandbox')
    expect(sandbox.firstLine).toMatch(/http:\/\/127\.0\.0\.1:\d+/)
    expect(await sandbox.stop()).toBe(0)
  })

  test('With SANDBOX_HOST other machines have access, and the printed URL is local', async () => {
    await using sandbox = await startProcess({ ...FREE, SANDBOX_HOST: '0.0.0.0' }, 'sandbox')
    const [url = '', port] = /http:\/\/127\.0\.0\.1:(\d+)/.exec(sandbox.firstLine) ?? []
    for (const address of [url, `http://127.0.0.2:${port}`])
      expect((await fetch(`${address}/health`)).status).toBe(200)
  })

  test('SANDBOX_WEBHOOK_URL gets the changes, signed with the first secret', async () => {
    await using receiver = await startScriptedUpstream(() => ({ status: 204, body: '' }))
    await using sandbox = await startProcess(
      {
        ...FREE,
        SANDBOX_WEBHOOK_URL: `${receiver.url}/in`,
        WEBHOOK_SECRETS: `${SECRET},whsec_another`,
        SANDBOX_FAULTS: 'true',
      },
      'sandbox',
    )
    const url = /http:\S+/.exec(sandbox.firstLine)?.[0]
    await fetch(`${url}/_elsewhere/locations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{ "name": "Westgate Rooms" }',
    })
    await receiver.arrival(1)
    const [{ line, body, headers } = { line: '', body: '', headers: {} }] = receiver.requests
    expect(line).toBe('POST /in')
    const signature = String(headers['x-webhook-signature'])
    const timestamp = Number(/^t=(\d+),/.exec(signature)?.[1])
    const signed = sign({ secret: SECRET, style: 'stripe', timestamp, body })
    expect(Object.values(signed)).toEqual([signature])
  })

  test('A webhook without a secret prevents the start of the sandbox, and of a gateway', async () => {
    const environment = { ...FREE, PORT: '0', SANDBOX_WEBHOOK_URL: 'http://gateway:4000/in' }
    for (const command of [['sandbox'], []])
      expect(await runProcess(environment, ...command)).toEqual({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(/^WEBHOOK_SECRETS: must be set where SANDBOX_WEBHOOK_URL is: .*\n$/),
      })
  })

  test('The process gives the embedded API the webhook settings of the environment', async () => {
    await using sandbox = await startProcess(
      { ...FREE, SANDBOX_WEBHOOK_SIGNATURE: 'headers_hex', SANDBOX_WEBHOOK_OBJECT: 'eight' },
      'sandbox',
    )
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(sandbox.firstLine)?.[0]
    const { webhooks } = (await (await fetch(`${url}/openapi.json`)).json()) as {
      webhooks: { appointmentChanged: { post: { parameters: { name: string }[]; requestBody: object } } }
    }
    const { parameters, requestBody } = webhooks.appointmentChanged.post
    expect(parameters.map(({ name }) => name)).toEqual(['x-webhook-signature', 'x-webhook-timestamp'])
    expect(JSON.stringify(requestBody)).not.toContain('clinician_profile_id')
  })
})
