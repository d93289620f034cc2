import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

/** The appointment in an event. */
export interface EventAppointment {
  readonly id: string
  readonly patient_id: string
  readonly title: string
  readonly start_time: string
  readonly status: string
}

interface WebhookEvent {
  readonly data: { readonly object: EventAppointment }
}

/** Serves a contestant that accepts events without checks of signature, order or duplicates, and prints its URL. */
export function serveWithWebhook(
  onEvent: (appointment: EventAppointment) => void,
  other: RequestListener,
): void {
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

/** The change of an appointment, with the fields that the bench's document selects. */
export function changeOf(appointment: EventAppointment, sequence: number): object {
  return {
    sequence: String(sequence),
    kind: 'UPDATED',
    movement: 'CHANGED',
    appointment: {
      id: Buffer.from(`Appointment:${appointment.id}`).toString('base64url'),
      title: appointment.title,
      startTime: appointment.start_time,
      status: appointment.status.toUpperCase(),
      patient: { restId: appointment.patient_id },
    },
  }
}
