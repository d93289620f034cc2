/** The minimum cost: one JSON text for each change, written unchanged to the responses of node:http. */
import type { ServerResponse } from 'node:http'
import { changeOf, serveWithWebhook } from './webhook.ts'

const open = new Set<ServerResponse>()
let sequence = 0

serveWithWebhook(
  (appointment) => {
    sequence += 1
    const json = JSON.stringify({ data: { appointmentChanged: changeOf(appointment, sequence) } })
    const bytes = Buffer.from(`event: next\ndata: ${json}\n\n`)
    for (const response of open) response.write(bytes)
  },
  (request, response) => {
    request.resume()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(':\n\n')
    open.add(response)
    response.once('close', () => open.delete(response))
  },
)
