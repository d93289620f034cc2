import { EventEmitter, once } from 'node:events'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import { type Verification, verifySignature } from '../../../src/events/signature.ts'
import type { SandboxOptions } from '../../../src/sandbox/server.ts'
import {
  type ScriptedAnswer,
  type ScriptedRequest,
  startScriptedUpstream,
} from '../../support/scripted-upstream.ts'
import { sandboxFor, VISIT } from '../client.ts'

export const ACCEPTED: ScriptedAnswer = { status: 204, body: '' }

export interface Receiver {
  readonly url: string
  readonly requests: readonly ScriptedRequest[]
  arrival(count: number): Promise<void>
  /** The bodies of the deliveries in the order of their arrival. */
  // biome-ignore lint/suspicious/noExplicitAny: the tests assert the shape of the events themselves.
  events(): any[]
  /** Who signed a delivery, if it was one of these secrets. */
  verified(index: number, secrets: readonly string[]): Verification | undefined
}

type Answer = (
  request: ScriptedRequest,
  index: number,
) => ScriptedAnswer | ((response: ServerResponse) => void)

/** A real HTTP server that receives deliveries until the test ends. `index` counts them from 0. */
export async function receiverFor(answer: Answer = () => ACCEPTED): Promise<Receiver> {
  let index = -1
  const server = await startScriptedUpstream((request) => {
    index += 1
    return answer(request, index)
  })
  onTestFinished(() => server[Symbol.asyncDispose]())
  return {
    url: `${server.url}/hook`,
    requests: server.requests,
    arrival: server.arrival,
    verified(index, secrets) {
      const { headers, body } = server.requests[index] ?? { headers: {} as IncomingHttpHeaders, body: '' }
      const [signature = null, timestamp = null] = ['x-webhook-signature', 'x-webhook-timestamp'].map(
        (name) => headers[name]?.toString(),
      )
      return verifySignature({ signature, timestamp }, Buffer.from(body), secrets)
    },
    events: () => server.requests.map(({ body }) => JSON.parse(body)),
  }
}

type Delivery = Parameters<NonNullable<SandboxOptions['onDelivery']>>[0]

/** A sandbox with quick retries, and the reports of its deliveries. */
export async function tellingSandbox(options: SandboxOptions = {}) {
  const reports: Delivery[] = []
  const reported = new EventEmitter()
  const sandbox = await sandboxFor({
    webhookRetryMs: 2,
    rateLimit: 0,
    ...options,
    onDelivery: (delivery) => {
      reports.push(delivery)
      reported.emit('delivery')
    },
  })
  const { call } = sandbox
  return {
    ...sandbox,
    reports,
    /** Resolves when this many attempts have ended. */
    async tries(count: number): Promise<void> {
      while (reports.length < count) await once(reported, 'delivery')
    },
    /** Creates a webhook, and returns it with its secret. */
    async subscribe(url: string, fields: object = {}, key?: string) {
      const { body } = await call('POST /webhooks', { body: { url, ...fields }, ...(key && { key }) })
      return body.data as { readonly id: string; readonly secret: string }
    },
    /** Creates an appointment, and returns its id. */
    async book(fields: object = {}): Promise<string> {
      return (await call('POST /appointments', { body: { ...VISIT, ...fields } })).body.data.id
    },
  }
}
