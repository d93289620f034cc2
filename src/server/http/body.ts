import type { IncomingMessage } from 'node:http'
import { GraphQLError } from 'graphql'
import type { GraphQLParams, Plugin } from 'graphql-yoga'
import { type Limits, limitExceeded } from '../limits/limits.ts'
import type { Served } from './node-handler.ts'

/**
 * Reads the body of a request itself, in the place of all the server's own readers: JSON and nothing else, one
 * operation, and never more bytes than the limit. (The server's own limit copies the body through a second stream,
 * for a third of a small query's time.)
 */
export function useJsonBody(
  limits: Pick<Limits, 'MAX_BODY_BYTES' | 'MAX_VARIABLES_BYTES'>,
): Plugin<object, Served> {
  const { MAX_BODY_BYTES, MAX_VARIABLES_BYTES } = limits
  return {
    onRequestParse({ request, serverContext, requestParser, setRequestParser }) {
      if (request.method !== 'POST') {
        if (requestParser !== undefined)
          setRequestParser((asked) => withoutQuoting(() => requestParser(asked)))
        return
      }
      if (mediaType(request) !== 'application/json')
        throw badRequest('The body of a POST is application/json.', 415)
      setRequestParser(() => read(request, serverContext?.req, MAX_BODY_BYTES))
    },
    onParams({ params }) {
      if (isLarger(params.variables, MAX_VARIABLES_BYTES))
        throw limitExceeded(
          'MAX_VARIABLES_BYTES',
          MAX_VARIABLES_BYTES,
          `The variables take more than ${MAX_VARIABLES_BYTES} bytes.`,
          { status: 413 },
        )
    },
  }
}

export function mediaType(request: Request): string {
  return (request.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

function read(request: Request, incoming: IncomingMessage | undefined, max: number): Promise<GraphQLParams> {
  if (Number(request.headers.get('content-length')) > max) throw tooLarge(max)
  return (incoming ? chunksOf(incoming, max) : webChunksOf(request, max)).then(
    (chunks) => {
      if (chunks === undefined) throw tooLarge(max)
      return parse(Buffer.concat(chunks).toString())
    },
    () => {
      throw badRequest('The body broke off.', 400)
    },
  )
}

/**
 * undefined where there are too many bytes; rejects when the body breaks off. By its events: to iterate over the stream
 * takes 20 µs more, and destroys it early, and with it the connection that the answer needs.
 */
function chunksOf(incoming: IncomingMessage, max: number): Promise<Buffer[] | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    function take(chunk: Buffer): void {
      bytes += chunk.length
      chunks.push(chunk)
      if (bytes > max) finish(undefined)
    }
    function finish(taken: Buffer[] | undefined): void {
      incoming.off('data', take)
      if (taken === undefined) incoming.pause()
      resolve(taken)
    }
    // Whoever mounts the handler may have read it already, and then nothing is said any more.
    if (incoming.readableEnded) return resolve(chunks)
    if (incoming.destroyed) return reject()
    incoming.on('data', take)
    incoming.once('end', () => finish(chunks))
    incoming.once('error', reject)
    incoming.once('close', reject)
    // Whoever mounts the handler may have held it back.
    incoming.resume()
  })
}

async function webChunksOf(request: Request, max: number): Promise<Buffer[] | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length
    if (bytes > max) return undefined
    chunks.push(Buffer.from(chunk))
  }
  return chunks
}

function tooLarge(max: number): GraphQLError {
  return limitExceeded('MAX_BODY_BYTES', max, `The body takes more than ${max} bytes.`, { status: 413 })
}

function parse(text: string): GraphQLParams {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    // The parser's own message quotes the body.
    throw badRequest('The body is not JSON.', 400)
  }
  if (Array.isArray(body)) throw badRequest('A request holds one operation: batches are not accepted.', 400)
  if (typeof body !== 'object' || body === null) throw badRequest('The body is no JSON object.', 400)
  return body as GraphQLParams
}

/** The server's own reader of a GET fails with the parser's message, which quotes the variables. */
async function withoutQuoting<Parameters>(read: () => Parameters | Promise<Parameters>): Promise<Parameters> {
  try {
    return await read()
  } catch {
    throw badRequest('The parameters `variables` and `extensions` are JSON objects.', 400)
  }
}

/** What is nested deeper than the stack is too large by any count. */
function isLarger(variables: unknown, max: number): boolean {
  if (variables == null) return false
  try {
    return Buffer.byteLength(JSON.stringify(variables)) > max
  } catch {
    return true
  }
}

function badRequest(message: string, status: number): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status } } })
}
