import type { ExchangeContext, Middleware } from './exchange.ts'
import { bodyTooLarge, invalid } from './refusal.ts'

/** More than any appointment needs, and little enough to hold in memory. */
const MAX_BODY_BYTES = 1_048_576

/**
 * Reads the body once, for all who ask for it later. The framework's own limit would do, but it rebuilds a request of
 * unstated length from parts of two kinds of Request, and throws.
 */
export const readBody: Middleware = async (c, next) => {
  if (Number(c.req.header('content-length')) > MAX_BODY_BYTES) throw bodyTooLarge(MAX_BODY_BYTES)
  const bytes = await readAtMost(c.req.raw.body)
  try {
    keepBody(c, new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw invalid({ body: 'must be UTF-8' })
  }
  await next()
}

/** Clients that always send a JSON content type send it with no body too; where the body is optional, that is none. */
export const emptyBodyIsNone: Middleware = async (c, next) => {
  if (c.req.header('content-type') && (await c.req.text()) === '') keepBody(c, '{}')
  await next()
}

/** The cache holds promises, though its type says what they hold. */
function keepBody(c: ExchangeContext, text: string): void {
  Object.assign(c.req.bodyCache, { text: Promise.resolve(text) })
}

async function readAtMost(stream: ReadableStream<Uint8Array> | null): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = stream?.getReader()
  while (reader && size <= MAX_BODY_BYTES) {
    const { done, value } = await reader.read().catch(() => {
      throw invalid({ body: 'ended early' })
    })
    if (done) break
    chunks.push(value)
    size += value.byteLength
  }
  if (size > MAX_BODY_BYTES) throw bodyTooLarge(MAX_BODY_BYTES)
  return Buffer.concat(chunks)
}
