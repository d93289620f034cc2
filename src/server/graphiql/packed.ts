import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { FetchAPI } from 'graphql-yoga'

/** A text that is sent often: compressed once, and kept only so. */
export interface Packed {
  readonly type: string
  /** Of the text, 43 characters. */
  readonly hash: string
  readonly gzipped: Uint8Array<ArrayBuffer>
}

export async function pack(text: string, type: string): Promise<Packed> {
  const hash = createHash('sha256').update(text).digest('base64url')
  return { type, hash, gzipped: new Uint8Array(await promisify(gzip)(text)) }
}

/** Compressed for a client that takes gzip, unpacked for one that does not, and empty for one that has it already. */
export async function packedAnswer(
  { type, hash, gzipped }: Packed,
  request: Request,
  { Response }: FetchAPI,
): Promise<Response> {
  // Weak, because it names the text and not one of its two encodings.
  const etag = `W/"${hash}"`
  const headers = { 'content-type': type, etag, vary: 'Accept-Encoding' }
  if (request.headers.get('if-none-match')?.includes(etag))
    return new Response(null, { status: 304, headers })
  if (takesGzip(request.headers.get('accept-encoding') ?? ''))
    return new Response(gzipped, { headers: { ...headers, 'content-encoding': 'gzip' } })
  return new Response(new Uint8Array(await promisify(gunzip)(gzipped)), { headers })
}

/** `gzip;q=0` is a refusal, and `*` stands for whatever is not named. */
function takesGzip(acceptEncoding: string): boolean {
  const weights = new Map(
    acceptEncoding.split(',').map((part) => {
      const [coding = '', weight = ''] = part.toLowerCase().split(';')
      return [coding.trim(), Number(/^\s*q=([\d.]+)\s*$/.exec(weight)?.[1] ?? 1)]
    }),
  )
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0
}
