import { badRequest } from '../refusals.ts'

/** The charset of a Content-Type, in quotes or not. */
const CHARSET = /;\s*charset\s*=\s*"?([^\s";]+)/i

/** Without its parameters; empty where the request names none. */
export function mediaType({ headers }: Request): string {
  return headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

/** Refuses a body of anything but plain JSON in UTF-8. The gateway unpacks nothing, and guesses no encoding. */
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

/** Strict, because a lenient decoder would put a question mark in the place of each letter that it can't read. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true })

/** The text of a body, without the byte-order mark that some programs put in front of it. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return UTF_8.decode(bytes)
  } catch {
    throw badRequest('The body is not in UTF-8.')
  }
}
