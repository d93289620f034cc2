import type { Middleware, RequestContext } from './context.ts'
import { payloadTooLarge, validationError } from './errors.ts'

/** Far more than an appointment needs, and little enough to keep in memory. */
export const MAX_BODY_BYTES = 1_048_576

/**
 * Reads the body once and stores its text for the validators. Counts the bytes as they arrive, so that the limit also
 * holds for a body without `Content-Length`.
 */
export const readBody: Middleware = async (c, next) => {
  if (Number(c.req.header('content-length')) > MAX_BODY_BYTES) throw payloadTooLarge(MAX_BODY_BYTES)
  const bytes = await readBytes(c.req.raw.body)
  try {
    storeText(c, new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw validationError({ body: 'must be UTF-8' })
  }
  await next()
}

/** For routes with an optional body: many clients send a JSON content type even when they send no body. */
export const allowEmptyBody: Middleware = async (c, next) => {
  if (c.req.header('content-type') && (await c.req.text()) === '') storeText(c, '{}')
  await next()
}

/** `Object.assign`, because Hono stores promises here but declares their results. */
function storeText(c: RequestContext, text: string): void {
  Object.assign(c.req.bodyCache, { text: Promise.resolve(text) })
}

async function readBytes(stream: ReadableStream<Uint8Array> | null): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = stream?.getReader()
  while (reader && size <= MAX_BODY_BYTES) {
    const { done, value } = await reader.read().catch(() => {
      throw validationError({ body: 'ended early' })
    })
    if (done) break
    chunks.push(value)
    size += value.byteLength
  }
  if (size > MAX_BODY_BYTES) throw payloadTooLarge(MAX_BODY_BYTES)
  return Buffer.concat(chunks)
}
