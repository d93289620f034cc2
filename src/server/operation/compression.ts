import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Plugin } from 'graphql-yoga'
import type { MaybePromise } from '../../shared/maybe-promise.ts'
import { acceptedCodings } from '../http/accept.ts'

export type Coding = 'br' | 'gzip'

const CODINGS: readonly Coding[] = ['br', 'gzip']
/** What is smaller goes as it is: it fits one packet either way. */
const MIN_BYTES = 1024

export type Bytes = Uint8Array<ArrayBuffer>

/** Compresses the answer to a request, or has the bytes of the last time. */
export type Compress = (
  request: Request,
  coding: Coding,
  readText: () => Promise<string>,
) => MaybePromise<Bytes>

/**
 * Compresses answers of more than a kilobyte for clients that take it. Only answers as JSON: a stream goes out part by part,
 * and what is compressed already says so.
 */
export function useCompression(compressed: Compress): Plugin {
  return {
    onResponse({ request, response, setResponse, fetchAPI }) {
      const { headers, status } = response
      if (!isJson(headers)) return
      const codings = acceptedCodings(request, CODINGS)
      const isSmall = Number(headers.get('content-length')) <= MIN_BYTES
      // Where nothing that the client takes can be had, the text as it is serves it better than a refusal.
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

/** The response is an answer of GraphQL, as one document. */
export function isJson(headers: Headers): boolean {
  return /^application\/(graphql-response\+)?json\b/.test(headers.get('content-type') ?? '')
}

const toBrotli = promisify(brotliCompress)
const toGzip = promisify(gzip)

/** Compresses off the event loop, and fast rather than tightly: an answer is old within seconds. */
export async function compress(text: string | Bytes, coding: Coding): Promise<Bytes> {
  const bytes = await (coding === 'br'
    ? toBrotli(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })
    : toGzip(text, { level: 6 }))
  // In memory of their own: zlib returns a part of a block of 16 kB, and these bytes are kept.
  return new Uint8Array(bytes)
}
