import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import {
  createClient,
  createRelayNetwork,
  observe,
  type Payload,
  RequestError,
} from '../../src/client/index.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'

const CHANGES = 'subscription Changes($after: String) { appointmentChanged(after: $after) { sequence } }'
const change = (sequence: string) => ({ appointmentChanged: { sequence } })
const ERRORS = [{ message: 'No', path: ['appointmentChanged'], extensions: { code: 'UPSTREAM_TIMEOUT' } }]

/** Streams these parts, and stays open. */
function stream(response: ServerResponse, parts: readonly object[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'x-resume-after': '0' })
  for (const part of parts) response.write(`event: next\ndata: ${JSON.stringify(part)}\n\n`)
}

test('An observer receives data and errors of each change until it unsubscribes', async () => {
  const closed = Promise.withResolvers<void>()
  await using server = await startScriptedUpstream(() => (response) => {
    response.once('close', closed.resolve)
    stream(response, [
      { data: change('a') },
      { data: change('b'), errors: ERRORS },
      { data: null, errors: ERRORS },
    ])
  })
  const client = createClient({ url: server.url })
  const payloads: Payload[] = []
  const left = Promise.withResolvers<boolean>()
  const subscription = observe(client, CHANGES, { filter: {} }).subscribe({
    next(payload) {
      payloads.push(payload)
      if (payloads.length < 3) return
      subscription.unsubscribe()
      left.resolve(subscription.closed)
    },
    error: left.reject,
  })
  expect(subscription.closed).toBe(false)
  expect(await left.promise).toBe(true)
  await closed.promise
  expect(payloads).toEqual([{ data: change('a') }, { data: change('b'), errors: ERRORS }, { errors: ERRORS }])
  expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({ query: CHANGES, variables: { filter: {} } })
})

test('An observer receives the error of the client, and is closed then', async () => {
  const errors = [{ message: 'No', extensions: { code: 'FORBIDDEN' } }]
  await using server = await startScriptedUpstream(() => ({ body: { errors } }))
  const client = createClient({ url: server.url })
  const error = await new Promise<Error>((resolve) => {
    observe(client, CHANGES).subscribe({ error: resolve })
  })
  expect(error).toBeInstanceOf(RequestError)
  expect((error as RequestError).find('FORBIDDEN')).toBeDefined()
})

test('The network for Relay refuses an operation without a text', async () => {
  const network = createRelayNetwork(createClient({ url: 'http://127.0.0.1:1/graphql' }))
  await expect(network.fetch({ name: 'Day', text: null }, {})).rejects.toThrow('Day has no text')
})
