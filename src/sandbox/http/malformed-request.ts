import { type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { HEADERS } from '../../contract/envelope.ts'
import { errorEnvelope } from './error-handler.ts'
import { malformedRequest } from './errors.ts'
import { createRequestId } from './request-id.ts'

/** The 400 for a request whose target and Host do not form a valid URL, so that the API cannot route it. */
export function malformedRequestResponse(): Response {
  const { status, body, requestId } = createError()
  return new Response(body, {
    status,
    headers: { 'Content-Type': 'application/json', [HEADERS.requestId]: requestId },
  })
}

/** Answers CONNECT and what Node's parser rejects in the error envelope: neither reaches the request listener. */
export function answerMalformedRequests(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) =>
    writeError(socket, STATUSES[error.code ?? '']),
  )
  server.on('connect', (_request, socket) => writeError(socket))
}

const STATUSES: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }

function writeError(socket: Duplex, parserStatus?: number): void {
  const { status, body, requestId } = createError(parserStatus)
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

function createError(status = 400) {
  const requestId = createRequestId()
  return { status, requestId, body: JSON.stringify(errorEnvelope(malformedRequest(status), requestId)) }
}
