import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { FetchAPI } from 'graphql-yoga'
import { acceptedCodings } from '../http/accept.ts'

/** A text that the gateway sends often. It is compressed once, and kept in memory only in that form. */
export interface CompressedText {
  readonly type: string
  /** The hash of the text, 43 characters. */
  readonly hash: string
  readonly gzipped: Uint8Array<ArrayBuffer>
}

export async function compressText(text: string, type: string): Promise<CompressedText> {
  const hash = createHash('sha256').update(text).digest('base64url')
  return { type, hash, gzipped: new Uint8Array(await promisify(gzip)(text)) }
}

/** Answers 304 to a client that has the text already. Otherwise sends the text, compressed where the client accepts gzip. */
export async function answerText(
  { type, hash, gzipped }: CompressedText,
  request: Request,
  { Response }: FetchAPI,
): Promise<Response> {
  // Weak, because it identifies the text and not one of its two encodings.
  const etag = `W/"${hash}"`
  const headers = { 'content-type': type, etag }
  if (request.headers.get('if-none-match')?.includes(etag))
    return new Response(null, { status: 304, headers })
  if (acceptedCodings(request, ['gzip'])[0] === 'gzip')
    return new Response(gzipped, { headers: { ...headers, 'content-encoding': 'gzip' } })
  return new Response(new Uint8Array(await promisify(gunzip)(gzipped)), { headers })
}
