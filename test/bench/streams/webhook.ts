import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

/** An appointment as an event shows it. */
export interface Shown {
  readonly id: string
  readonly patient_id: string
  readonly title: string
  readonly start_time: string
  readonly status: string
}

interface WebhookEvent {
  readonly data: { readonly object: Shown }
}

/** Serves a contestant that takes events without a look at signature, order or duplicates, and prints its URL. */
export function serveWithWebhook(onEvent: (shown: Shown) => void, other: RequestListener): void {
  async function receive(request: IncomingMessage): Promise<void> {
    onEvent(((await json(request)) as WebhookEvent).data.object)
  }
  const server = createServer(async (request, response) => {
    if (request.url !== '/webhooks/appointments') return other(request, response)
    await receive(request)
    response.writeHead(204).end()
  })
  server.listen(0, '127.0.0.1', () =>
    process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`),
  )
  process.on('SIGTERM', () => process.exit())
}

/** The change of an appointment as the document of the bench selects it. */
export function changeOf(shown: Shown, sequence: number): object {
  return {
    sequence: String(sequence),
    kind: 'UPDATED',
    movement: 'CHANGED',
    appointment: {
      id: Buffer.from(`Appointment:${shown.id}`).toString('base64url'),
      title: shown.title,
      startTime: shown.start_time,
      status: shown.status.toUpperCase(),
      patient: { restId: shown.patient_id },
    },
  }
}
