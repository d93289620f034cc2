import { deliver, eventBody, eventObject, SECRET } from '../../support/events.ts'
import { type GatewayClient, type GatewayTestOptions, startGateway } from '../../support/gateway.ts'
import { type ScriptedUpstream, startScriptedUpstream } from '../../support/scripted-upstream.ts'
import { type StreamResult, subscribe, type TestStream } from '../../support/stream.ts'

export const NOON = Date.parse('2026-01-05T12:00:00Z')

export interface LiveGateway extends GatewayClient {
  readonly upstream: ScriptedUpstream
  /** The upstream requests since the last call. */
  takeRequests(): string[]
  subscribe(
    query: string,
    variables?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<TestStream>
  /** Delivers an event of an appointment. Throws where it is refused. */
  deliverEvent(id: string, change?: Change): Promise<void>
}

export interface Change {
  readonly type?: string
  /** Fields of the appointment in the event, and its previous fields; null for a new appointment. */
  readonly now?: object
  readonly before?: object | null
  /** A second of the minute of noon. */
  readonly second?: number
}

let changes = 0

/** A gateway with events, in front of an upstream that returns any appointment with all fields, and lists two. */
export async function startLive(options: GatewayTestOptions = {}): Promise<LiveGateway> {
  const upstream = await startScriptedUpstream(({ line }) => {
    const id = /^GET \/appointments\/(\w+)$/.exec(line)?.[1]
    if (id === 'missing')
      return { status: 404, body: { data: null, error: { code: 'NOT_FOUND', message: '-' } } }
    if (id === 'failing') return { status: 500, body: 'a patient named Zebedee' }
    const rows = ['a', 'b'].map((each) => ({ ...eventObject(each), description: `of ${each}` }))
    if (id === undefined) return { body: { data: rows, meta: { has_more: false } } }
    return {
      body: { data: { ...eventObject(id), description: `of ${id}`, cancellation_reason: null }, meta: {} },
    }
  })
  const gateway = await startGateway({
    url: upstream.url,
    key: 'k',
    now: () => NOON,
    webhooks: { secrets: [{ secret: SECRET }] },
    ...options,
  })
  let taken = 0
  return {
    ...gateway,
    upstream,
    takeRequests() {
      const lines = upstream.requests.slice(taken).map(({ line }) => line)
      taken = upstream.requests.length
      return lines
    },
    subscribe: (query, variables = {}, headers = {}) => subscribe(gateway.url, { query, variables, headers }),
    async deliverEvent(id, { type = 'appointment.updated', now = {}, before = {}, second } = {}) {
      changes += 1
      // Each event is a second later than the previous one, unless `second` is given.
      const at = new Date(NOON + (second ?? changes) * 1000).toISOString()
      const object = eventObject(id, { updated_at: at, ...now })
      const previous = before && eventObject(id, before)
      const body = eventBody({ type, created_at: at, object, previous })
      const status = await deliver(gateway.url, body, { at: NOON })
      if (status !== 204) throw new Error(`The event is refused: ${status}`)
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

/** The change in a result. */
export function changeIn(result: StreamResult | undefined) {
  if (result?.data?.appointmentChanged == null) throw new Error(`No change: ${JSON.stringify(result)}`)
  return result.data.appointmentChanged
}
