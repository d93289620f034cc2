import { MARK_BYTES, type Mark } from './mark.ts'

/** A place in a list: a row, where it was last seen, and the rows that were around it then. */
export interface Place {
  readonly offset: number
  readonly before: readonly Mark[]
  readonly row: Mark
  readonly after: readonly Mark[]
  /** `before` goes back to the very first row of the list. */
  readonly startsList: boolean
  /** `after` goes on to the very last row of the list. */
  readonly endsList: boolean
}

/** How many neighbours a cursor remembers on either side. */
export const REACH = 8

const VERSION = 2
const CHECK_BYTES = 4
const HEAD_BYTES = 1 + CHECK_BYTES + 4 + 1 + 1
const LONGEST_BYTES = HEAD_BYTES + (2 * REACH + 1) * MARK_BYTES
const MAX_OFFSET = 1_000_000_000

/** A place by the marks around it: those of so many rows before it, its own, and so many after it. */
export interface MarkedPlace extends Pick<Place, 'offset' | 'startsList' | 'endsList'> {
  readonly before: number
  readonly after: number
  readonly markAt: (nth: number) => Mark
}

/** Every cursor is written here and read off at once: a buffer for each was half of what they allocate. */
const SCRATCH = Buffer.alloc(LONGEST_BYTES)

/** Not signed: a cursor grants nothing. The check only finds damage, and a cursor of another filter. */
export function encodeCursor(place: MarkedPlace, filter: string): string {
  const { before, after } = place
  const bytes = SCRATCH
  const end = HEAD_BYTES + (before + 1 + after) * MARK_BYTES
  bytes.writeUInt8(VERSION)
  bytes.writeUInt32BE(place.offset, 1 + CHECK_BYTES)
  bytes.writeUInt8(before | (place.startsList ? 128 : 0), HEAD_BYTES - 2)
  bytes.writeUInt8(after | (place.endsList ? 128 : 0), HEAD_BYTES - 1)
  for (let nth = 0; nth <= before + after; nth++)
    bytes.writeUIntBE(place.markAt(nth), HEAD_BYTES + nth * MARK_BYTES, MARK_BYTES)
  bytes.writeUInt32BE(checkOf(bytes, end, filter), 1)
  return bytes.toString('base64url', 0, end)
}

/** Undefined for whatever `encodeCursor` can't have made for this filter. */
export function decodeCursor(text: string, filter: string): Place | undefined {
  if (text.length > LONGEST_BYTES * 2) return undefined
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.length < HEAD_BYTES + MARK_BYTES || bytes.toString('base64url') !== text) return undefined
  if (bytes.readUInt8() !== VERSION || bytes.readUInt32BE(1) !== checkOf(bytes, bytes.length, filter))
    return undefined

  const offset = bytes.readUInt32BE(1 + CHECK_BYTES)
  const [head, tail] = [bytes.readUInt8(HEAD_BYTES - 2), bytes.readUInt8(HEAD_BYTES - 1)]
  const [before, after] = [head & 127, tail & 127]
  if (offset > MAX_OFFSET || before > REACH || before > offset || after > REACH) return undefined
  if (bytes.length !== HEAD_BYTES + (before + 1 + after) * MARK_BYTES) return undefined
  return placeOf({
    offset,
    before,
    after,
    markAt: (nth) => bytes.readUIntBE(HEAD_BYTES + nth * MARK_BYTES, MARK_BYTES),
    startsList: head > 127,
    endsList: tail > 127,
  })
}

export function placeOf({ offset, before, after, markAt, startsList, endsList }: MarkedPlace): Place {
  return {
    offset,
    before: Array.from({ length: before }, (_, i) => markAt(i)),
    row: markAt(before),
    after: Array.from({ length: after }, (_, i) => markAt(before + 1 + i)),
    startsList,
    endsList,
  }
}

/** FNV-1a, 32 bits: no single byte of the two can change without the check changing. */
function checkOf(bytes: Buffer, end: number, filter: string): number {
  let check = 0x811c9dc5
  for (let at = 0; at < filter.length; at++) check = Math.imul(check ^ filter.charCodeAt(at), 0x01000193)
  for (let at = 1 + CHECK_BYTES; at < end; at++) check = Math.imul(check ^ (bytes[at] ?? 0), 0x01000193)
  return check >>> 0
}
