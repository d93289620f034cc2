import { listen } from '../../src/process/listen.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/server.ts'
import { createGateway } from '../../src/server/gateway.ts'
import { SECRET } from '../support/events.ts'
import type { GatewayTestOptions } from '../support/gateway.ts'
import { type Product, startProduct } from '../support/product.ts'

/** A Monday in March, in winter time: 10:40 in London. */
export const MINUTE_MS = 60_000
export const MONDAY = Date.parse('2026-03-23T10:40:00Z')

export interface Clinic extends Product {
  /** The clock of the sandbox and of the gateway, in milliseconds since the epoch. */
  at: number
  /** Writes as another screen of the clinic would; without an id it creates an appointment. Returns the id. */
  elsewhere(fields: object): Promise<string>
  fault(fault: object): Promise<void>
  /** The patient's id. */
  patient(firstName: string, lastName: string): Promise<string>
  /** The paths of the requests since the last call, without query strings. */
  takePaths(): readonly string[]
}

interface ClinicOptions {
  readonly sandbox?: SandboxOptions
  readonly gateway?: GatewayTestOptions
  readonly live?: boolean
}

/** The complete product on a Monday, with the sample clinic, faults and changes on request. */
export async function startClinic({ sandbox, gateway, live = true }: ClinicOptions = {}): Promise<Clinic> {
  const time = { at: MONDAY }
  const product = await startProduct({
    live,
    sandbox: { rateLimit: 1000, faults: true, clock: () => new Date(time.at), ...sandbox },
    gateway: { now: () => time.at, ...gateway },
  })
  async function post(path: string, body: object) {
    const answer = await product.rest('POST', path, body)
    if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`)
    return answer.body.data
  }
  return {
    ...product,
    get at() {
      return time.at
    },
    set at(instant) {
      time.at = instant
    },
    async elsewhere(fields) {
      // The times of two changes within a second are equal.
      time.at += 1000
      return (await post('/_elsewhere', fields)).id
    },
    async fault(fault) {
      await post('/_faults', fault)
    },
    async patient(firstName, lastName) {
      return (await post('/patients', { first_name: firstName, last_name: lastName })).id
    },
    takePaths: () => product.takeRequests().map((line) => line.replace(/\?.*/, '')),
  }
}

/** The fields of a visit on that Monday, at a time such as `11:30`. */
export function visitAt(time: string, minutes: number, fields: object = {}): object {
  const start = Date.parse(`2026-03-23T${time}:00Z`)
  const end = new Date(start + minutes * MINUTE_MS).toISOString()
  return {
    title: 'Visit',
    start_time: new Date(start).toISOString(),
    end_time: end,
    status: 'confirmed',
    ...fields,
  }
}

interface SandboxApart extends AsyncDisposable {
  readonly sandbox: Sandbox
  elsewhere: Clinic['elsewhere']
}

/** The sandbox alone, which outlives the gateways in front of it. */
export async function startSandboxApart(): Promise<SandboxApart> {
  let at = MONDAY
  const sandbox = await startSandbox({ rateLimit: 0, faults: true, clock: () => new Date(at) })
  return {
    sandbox,
    async elsewhere(fields) {
      at += 1000
      const response = await fetch(`${sandbox.url}/_elsewhere`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(fields),
      })
      const { data } = (await response.json()) as { readonly data: { readonly id: string } }
      return data.id
    },
    [Symbol.asyncDispose]: () => sandbox.close(),
  }
}

/** A gateway that receives the sandbox's events, on this port; 0 means a free port. */
export async function startGatewayAt({ sandbox }: SandboxApart, port: number) {
  const gateway = createGateway({
    url: sandbox.url,
    key: sandbox.key,
    development: true,
    now: () => MONDAY,
    webhooks: { secrets: [{ secret: SECRET }] },
  })
  const server = await listen(gateway.handler, '127.0.0.1', port)
  sandbox.addWebhook({ url: `${server.url}/webhooks/appointments`, secret: SECRET })
  return {
    url: server.url,
    async [Symbol.asyncDispose]() {
      gateway.prepareToStop()
      await server.close()
      await gateway.close()
    },
  }
}
