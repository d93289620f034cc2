import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { ReadableStream as WebStream } from 'node:stream/web'
import { createSymbolProperty } from '../symbol-property.ts'

interface StreamedResponse {
  readonly status: number
  readonly headers: Headers
}

const bodies = createSymbolProperty<object, Readable>('body')

/** A response whose body never ends by itself: the server knows it without a body, and the gateway sends that itself. */
export function withStreamBody<Response extends object>(response: Response, body: Readable): Response {
  bodies.set(response, body)
  return response
}

export function streamBodyOf(response: object): Readable | undefined {
  return bodies.get(response)
}

/** Sends the headers at once, and what comes of the body as it comes. Ends the body where the client leaves. */
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

/** The same as a response of the platform. */
export function streamResponse({ status, headers }: StreamedResponse, body: Readable): Response {
  return new Response(WebStream.from(body) as ReadableStream, { status, headers: [...headers] })
}
