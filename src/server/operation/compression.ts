import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Plugin } from 'graphql-yoga'
import type { MaybePromise } from '../../shared/maybe-promise.ts'
import { acceptedCodings } from '../http/accept.ts'

export type Coding = 'br' | 'gzip'

const CODINGS: readonly Coding[] = ['br', 'gzip']
/** A smaller body is sent uncompressed: it fits in one packet either way. */
const MIN_BYTES = 1024

export type Bytes = Uint8Array<ArrayBuffer>

/** Compresses the answer to a request, or returns the cached bytes. */
export type Compress = (
  request: Request,
  coding: Coding,
  readText: () => Promise<string>,
) => MaybePromise<Bytes>

/**
 * Compresses JSON answers of more than a kilobyte for clients that accept a coding. Streams are written part by part, and
 * files have their own `content-encoding`.
 */
export function useCompression(compressed: Compress): Plugin {
  return {
    onResponse({ request, response, setResponse, fetchAPI }) {
      const { headers, status } = response
      if (!isJson(headers)) return
      const codings = acceptedCodings(request, CODINGS)
      const isSmall = Number(headers.get('content-length')) <= MIN_BYTES
      // A client that accepts none of the codings, not even identity, is served better by the text than by a refusal.
      const coding = isSmall && codings.includes('identity') ? 'identity' : (codings[0] ?? 'identity')
      if (coding === 'identity') return
      const send = (bytes: Bytes) => {
        headers.set('content-encoding', coding)
        headers.set('content-length', String(bytes.length))
        setResponse(new fetchAPI.Response(bytes, { status, headers }))
      }
      const bytes = compressed(request, coding, () => response.text())
      return 'length' in bytes ? send(bytes) : bytes.then(send)
    },
  }
}

/** The response is a GraphQL result as one JSON document, not a stream. */
export function isJson(headers: Headers): boolean {
  return /^application\/(graphql-response\+)?json\b/.test(headers.get('content-type') ?? '')
}

const toBrotli = promisify(brotliCompress)
const toGzip = promisify(gzip)

/** Compresses off the event loop, and prefers speed to size: an answer is outdated within seconds. */
export async function compress(text: string | Bytes, coding: Coding): Promise<Bytes> {
  const bytes = await (coding === 'br'
    ? toBrotli(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })
    : toGzip(text, { level: 6 }))
  // A copy, because zlib returns a slice of a 16 kB block, and these bytes are cached.
  return new Uint8Array(bytes)
}
