import { crc32 } from 'node:zlib'

/** A place in a list: one row with its offset and its neighbours, as of the read that the cursor is from. */
export interface Place {
  readonly offset: number
  /** The row and up to `REACH` neighbours on either side, in the order of the list. */
  readonly marks: readonly Mark[]
  /** The index of the row itself in `marks`. */
  readonly ownIndex: number
  /** The first mark is that of the very first row of the list. */
  readonly reachesStart: boolean
  /** The last mark is that of the very last row of the list. */
  readonly reachesEnd: boolean
}

/**
 * A row in five bytes: a checksum of its identity (four bytes) and one of its state (one byte).
 *
 * A checksum is enough to tell the 17 rows of a cursor from the hundred of a read. A client that forges a collision
 * gains nothing, because a cursor grants no access.
 */
export type Mark = number

/** How many neighbours a cursor stores on either side. */
export const REACH = 8

const MARK_BYTES = 5
const VERSION = 2
/** The version is the first byte; then follow the checksum, the offset and the two neighbour counts. */
const CHECKSUM_AT = 1
const OFFSET_AT = 5
const BEFORE_AT = 9
const AFTER_AT = 10
const MARKS_AT = 11
/** The flag in the neighbour count of a side that reaches the list's start or end. */
const REACHES = 128
const LONGEST_BYTES = MARKS_AT + (2 * REACH + 1) * MARK_BYTES
const MAX_OFFSET = 1_000_000_000

/**
 * Base64url text, at most 128 characters long. A cursor is not signed, because it grants no access: its checksum only
 * detects damage, and cursors of another filter.
 */
export function encodeCursor(place: Place, filter: string): string {
  const { offset, marks, ownIndex, reachesStart, reachesEnd } = place
  // Every byte is written below.
  const bytes = Buffer.allocUnsafe(MARKS_AT + marks.length * MARK_BYTES)
  bytes.writeUInt8(VERSION)
  bytes.writeUInt32BE(offset, OFFSET_AT)
  bytes.writeUInt8(ownIndex | (reachesStart ? REACHES : 0), BEFORE_AT)
  bytes.writeUInt8((marks.length - ownIndex - 1) | (reachesEnd ? REACHES : 0), AFTER_AT)
  let at = MARKS_AT
  for (const mark of marks) at = bytes.writeUIntBE(mark, at, MARK_BYTES)
  bytes.writeUInt32BE(checksumOf(bytes, filter), CHECKSUM_AT)
  return bytes.toString('base64url')
}

/** Undefined for a text that `encodeCursor` can not have returned for this filter. */
export function decodeCursor(text: string, filter: string): Place | undefined {
  if (text.length > LONGEST_BYTES * 2) return undefined
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.length < MARKS_AT + MARK_BYTES || bytes.toString('base64url') !== text) return undefined
  if (bytes.readUInt8() !== VERSION || bytes.readUInt32BE(CHECKSUM_AT) !== checksumOf(bytes, filter))
    return undefined

  const offset = bytes.readUInt32BE(OFFSET_AT)
  const [head, tail] = [bytes.readUInt8(BEFORE_AT), bytes.readUInt8(AFTER_AT)]
  const [before, after] = [head % REACHES, tail % REACHES]
  if (offset > MAX_OFFSET || before > REACH || before > offset || after > REACH) return undefined
  const length = before + 1 + after
  if (bytes.length !== MARKS_AT + length * MARK_BYTES) return undefined
  return {
    offset,
    marks: Array.from({ length }, (_, nth) => bytes.readUIntBE(MARKS_AT + nth * MARK_BYTES, MARK_BYTES)),
    ownIndex: before,
    reachesStart: head >= REACHES,
    reachesEnd: tail >= REACHES,
  }
}

export function markOf(identity: string, state = ''): Mark {
  return crc32(identity) * 256 + (crc32(state) & 255)
}

/** The part of a mark that stays the same when the row's state changes. */
export function identityOf(mark: Mark): number {
  return Math.floor(mark / 256)
}

/** FNV-1a with 32 bits over the filter and all bytes after the checksum: a change of any one byte changes the result. */
function checksumOf(bytes: Buffer, filter: string): number {
  let checksum = 0x811c9dc5
  for (let at = 0; at < filter.length; at++)
    checksum = Math.imul(checksum ^ filter.charCodeAt(at), 0x01000193)
  for (let at = OFFSET_AT; at < bytes.length; at++)
    checksum = Math.imul(checksum ^ (bytes[at] ?? 0), 0x01000193)
  return checksum >>> 0
}
