import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { ReadableStream as WebStream } from 'node:stream/web'
import { createSymbolProperty } from '../symbol-property.ts'

interface StreamedResponse {
  readonly status: number
  readonly headers: Headers
}

const bodies = createSymbolProperty<object, Readable>('body')

/** Attaches the body of a stream to a response without a body. The gateway sends the body itself, instead of yoga. */
export function withStreamBody<Response extends object>(response: Response, body: Readable): Response {
  bodies.set(response, body)
  return response
}

export function streamBodyOf(response: object): Readable | undefined {
  return bodies.get(response)
}

/** Sends the headers immediately, then each chunk of the body when it is written. Destroys the body on a disconnect. */
export function sendStream({ status, headers }: StreamedResponse, body: Readable, res: ServerResponse): void {
  if (res.destroyed) {
    body.destroy()
    return
  }
  for (const [name, value] of headers) res.setHeader(name, value)
  res.writeHead(status)
  res.flushHeaders()
  res.once('close', () => body.destroy())
  body.pipe(res)
}

/** The same as a `Response` of the platform. */
export function streamResponse({ status, headers }: StreamedResponse, body: Readable): Response {
  return new Response(WebStream.from(body) as ReadableStream, { status, headers: [...headers] })
}
