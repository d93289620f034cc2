import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { listen } from '../../../src/process/listen.ts'
import { seeded } from '../../pagination/drift.ts'

/** The network from the upstream's deliverer to the gateway: it delays events, and loses some. */
export interface Deliveries extends AsyncDisposable {
  readonly url: string
  /** Resolves once the event of each write has been received from the upstream. */
  arrived(writes: number): Promise<void>
  /** Delivers the events that were sent at that instant or earlier to the gateway. */
  release(until: number): Promise<void>
  counts(): DeliveryCounts
}

export interface DeliveryCounts {
  readonly deliveredEvents: number
  readonly lostEvents: number
}

export interface DeliveriesOptions {
  /** The URL for the next event. */
  readonly gatewayUrl: () => string
  readonly seed: number
  /** The percentage of events that never arrive. */
  readonly lostPercent: number
  readonly now: () => number
}

interface Delivery {
  readonly at: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export async function startDeliveries(options: DeliveriesOptions): Promise<Deliveries> {
  const { gatewayUrl, seed, lostPercent, now } = options
  const random = seeded(seed)
  let inFlight: Delivery[] = []
  let taken = 0
  let delivered = 0
  let wake = () => {}

  const server = await listen(
    async (req, res) => {
      const delivery = { at: now(), headers: signedHeaders(req), body: await text(req) }
      res.writeHead(204).end()
      if (random() * 100 >= lostPercent) inFlight.push(delivery)
      taken += 1
      wake()
    },
    '127.0.0.1',
    0,
  )

  /** Retries if the gateway cannot accept the event now, as the upstream does. */
  async function hand({ headers, body }: Delivery): Promise<void> {
    let status = 503
    for (let tries = 0; status === 503 && tries < 100; tries += 1) {
      if (tries > 0) await new Promise((resolve) => setTimeout(resolve, 20))
      status = (await fetch(gatewayUrl(), { method: 'POST', headers, body })).status
    }
    if (status !== 204) throw new Error(`The gateway answered an event with ${status}`)
    delivered += 1
  }

  return {
    url: server.url,
    async arrived(writes) {
      while (taken < writes) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    async release(until) {
      const due = inFlight.filter(({ at }) => at <= until)
      inFlight = inFlight.filter(({ at }) => at > until)
      for (const delivery of due) await hand(delivery)
    },
    counts: () => ({ deliveredEvents: delivered, lostEvents: taken - delivered - inFlight.length }),
    [Symbol.asyncDispose]: () => server.close(),
  }
}

function signedHeaders({ headers }: IncomingMessage): Record<string, string> {
  return {
    'content-type': 'application/json',
    'x-webhook-signature': String(headers['x-webhook-signature']),
  }
}
