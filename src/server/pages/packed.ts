import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { FetchAPI } from 'graphql-yoga'
import { acceptedCodings } from '../http/accept.ts'

/** A text that the gateway sends often: compressed once, and kept only in that form. */
export interface Packed {
  readonly type: string
  /** The hash of the text, 43 characters. */
  readonly hash: string
  readonly gzipped: Uint8Array<ArrayBuffer>
}

export async function pack(text: string, type: string): Promise<Packed> {
  const hash = createHash('sha256').update(text).digest('base64url')
  return { type, hash, gzipped: new Uint8Array(await promisify(gzip)(text)) }
}

/** Answers compressed for a client that takes gzip, unpacked for one that does not, and 304 for one that has the text. */
export async function packedAnswer(
  { type, hash, gzipped }: Packed,
  request: Request,
  { Response }: FetchAPI,
): Promise<Response> {
  // Weak, because it names the text and not one of its two encodings.
  const etag = `W/"${hash}"`
  const headers = { 'content-type': type, etag }
  if (request.headers.get('if-none-match')?.includes(etag))
    return new Response(null, { status: 304, headers })
  if (acceptedCodings(request, ['gzip'])[0] === 'gzip')
    return new Response(gzipped, { headers: { ...headers, 'content-encoding': 'gzip' } })
  return new Response(new Uint8Array(await promisify(gunzip)(gzipped)), { headers })
}
