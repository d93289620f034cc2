import { type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { HEADERS } from '../../contract/envelope.ts'
import { createRequestId } from '../ids.ts'
import { errorEnvelope } from './error-answer.ts'
import { unreadableRequest } from './refusal.ts'

/** For a target or a Host that makes no URL: what HTTP lets through, but never gets as far as the API. */
export function answerUnreadable(): Response {
  const { status, body, requestId } = refuse()
  return new Response(body, {
    status,
    headers: { 'Content-Type': 'application/json', [HEADERS.requestId]: requestId },
  })
}

/** For bytes that are no request at all, and for CONNECT: Node closes these without a word in the envelope. */
export function answerWhatIsNotHttp(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) =>
    answerRaw(socket, STATUSES[error.code ?? '']),
  )
  server.on('connect', (_request, socket) => answerRaw(socket))
}

const STATUSES: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }

function answerRaw(socket: Duplex, wanted?: number): void {
  const { status, body, requestId } = refuse(wanted)
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `${HEADERS.requestId}: ${requestId}`,
  ]
  if (socket.writable) socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  else socket.destroy()
}

function refuse(status = 400) {
  const requestId = createRequestId()
  return { status, requestId, body: JSON.stringify(errorEnvelope(unreadableRequest(status), requestId)) }
}
