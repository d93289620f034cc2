import { badRequest } from '../refusals.ts'

/** The charset of a Content-Type, quoted or not. */
const CHARSET = /;\s*charset\s*=\s*"?([^\s";]+)/i

/** The media type of the body, without parameters; empty where the request gives none. */
export function mediaType({ headers }: Request): string {
  return headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

/** Refuses every body except uncompressed JSON in UTF-8. The gateway decompresses no bodies, and guesses no charset. */
export function requireJson(request: Request): void {
  const { headers } = request
  if (mediaType(request) !== 'application/json')
    throw badRequest('The body of a POST is application/json.', { status: 415 })
  const charset = CHARSET.exec(headers.get('content-type') ?? '')?.[1] ?? 'utf-8'
  if (!/^utf-?8$/i.test(charset))
    throw badRequest('The body is in UTF-8: no other charset is accepted.', { status: 415 })
  const coding = headers.get('content-encoding')?.trim() || 'identity'
  if (coding.toLowerCase() !== 'identity')
    throw badRequest('The body is not compressed: no Content-Encoding is accepted.', {
      status: 415,
      headers: { 'accept-encoding': 'identity' },
    })
}

/** Strict: a lenient decoder would replace each invalid byte sequence by U+FFFD. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true })

/** The text of a body, without a leading byte-order mark. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return UTF_8.decode(bytes)
  } catch {
    throw badRequest('The body is not in UTF-8.')
  }
}
