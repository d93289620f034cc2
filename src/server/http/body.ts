import type { IncomingMessage } from 'node:http'
import type { GraphQLError } from 'graphql'
import type { GraphQLParams, Plugin } from 'graphql-yoga'
import type { Limits } from '../limits/limits.ts'
import { badRequest, limitExceeded } from '../refusals.ts'
import { decodeUtf8, requireJson } from './encoding.ts'
import type { NodeContext } from './node-handler.ts'

type BodyLimits = Pick<Limits, 'MAX_BODY_BYTES' | 'MAX_VARIABLES_BYTES'>

/**
 * Reads the request's body in place of yoga's readers: only JSON, one operation, and never more bytes than the limit.
 * (Yoga's own limit copies every body through a second stream.)
 */
export function useJsonBody({
  MAX_BODY_BYTES,
  MAX_VARIABLES_BYTES,
}: BodyLimits): Plugin<object, NodeContext> {
  return {
    onRequestParse({ request, serverContext, requestParser, setRequestParser }) {
      if (request.method !== 'POST') {
        if (requestParser !== undefined) setRequestParser((each) => withoutQuoting(() => requestParser(each)))
        return
      }
      requireJson(request)
      setRequestParser(() => readBody(request, serverContext?.req, MAX_BODY_BYTES))
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

async function readBody(
  request: Request,
  incoming: IncomingMessage | undefined,
  max: number,
): Promise<GraphQLParams> {
  const bytes = await readBytes(request, incoming, max)
  if (bytes === 'broken') throw badRequest('The body broke off.')
  if (bytes === 'tooLarge') throw bodyTooLarge(max)
  return parseParams(decodeUtf8(bytes))
}

/** Reads the body of a request, and never more of it than `max` bytes. */
export async function readBytes(
  request: Request,
  incoming: IncomingMessage | undefined,
  max: number,
): Promise<Buffer | 'tooLarge' | 'broken'> {
  if (Number(request.headers.get('content-length')) > max) return 'tooLarge'
  const reading = incoming ? readIncoming(incoming, max) : readWeb(request, max)
  try {
    const chunks = await reading
    return chunks === undefined ? 'tooLarge' : Buffer.concat(chunks)
  } catch {
    return 'broken'
  }
}

/**
 * Undefined for a body above the limit; rejects when the body breaks off. It listens to the stream's events, because an
 * iteration that ends early would destroy the stream, and the connection that the response needs.
 */
function readIncoming(incoming: IncomingMessage, max: number): Promise<Buffer[] | undefined> {
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
    // A host that mounts the handler may have read the body already: then the stream emits no more events.
    if (incoming.readableEnded) return resolve(chunks)
    if (incoming.destroyed) return reject()
    incoming.on('data', take)
    incoming.once('end', () => finish(chunks))
    incoming.once('error', reject)
    incoming.once('close', reject)
    // A host that mounts the handler may have paused the stream.
    incoming.resume()
  })
}

async function readWeb(request: Request, max: number): Promise<Buffer[] | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length
    if (bytes > max) return undefined
    chunks.push(Buffer.from(chunk))
  }
  return chunks
}

function bodyTooLarge(max: number): GraphQLError {
  return limitExceeded('MAX_BODY_BYTES', max, `The body takes more than ${max} bytes.`, { status: 413 })
}

function parseParams(text: string): GraphQLParams {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    // The parser's own message quotes the body.
    throw badRequest('The body is not JSON.')
  }
  if (Array.isArray(body)) throw badRequest('A request holds one operation: batches are not accepted.')
  if (typeof body !== 'object' || body === null) throw badRequest('The body is no JSON object.')
  return body as GraphQLParams
}

/** Replaces the error of yoga's parser of a GET, whose message quotes the variables. */
async function withoutQuoting<Parameters>(read: () => Parameters | Promise<Parameters>): Promise<Parameters> {
  try {
    return await read()
  } catch {
    throw badRequest('The parameters `variables` and `extensions` are JSON objects.')
  }
}

/** Variables that are nested too deeply to be serialized count as too large. */
function isLarger(variables: unknown, max: number): boolean {
  if (variables == null) return false
  try {
    return Buffer.byteLength(JSON.stringify(variables)) > max
  } catch {
    return true
  }
}
