import { decodeCursor, type Place } from './cursor.ts'
import { PageArgumentError } from './errors.ts'

/** The Relay arguments as a client sends them; null is the same as absent. */
export interface PageArguments {
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
  readonly last?: number | null | undefined
  readonly before?: string | null | undefined
}

/** The valid arguments, in the direction of reading: `size` rows ahead of `from`, none of them at `to` or past it. */
export interface PageRequest {
  readonly isForward: boolean
  readonly size: number
  readonly from: Place | undefined
  readonly to: Place | undefined
}

export interface PageLimits {
  /** The most rows that a client may request. */
  readonly maxPageSize: number
  /** The most rows that the upstream returns in one read; at least two. */
  readonly maxReadSize: number
}

export const DEFAULT_PAGE_LIMITS: PageLimits = { maxPageSize: 500, maxReadSize: 100 }

/** The size of a page without `first` and `last`. */
export const DEFAULT_SIZE = 20

/** Checks `first` and `last`, which do not depend on the list. Throws a PageArgumentError that names the argument at fault. */
export function checkSizes(
  args: PageArguments,
  maxSize: number,
): Readonly<Record<'first' | 'last', number | undefined>> {
  const first = checkSize('first', args.first, maxSize)
  const last = checkSize('last', args.last, maxSize)
  if (first !== undefined && last !== undefined)
    throw new PageArgumentError('last', 'Give either `first` or `last`, not both.')
  return { first, last }
}

/** Throws a PageArgumentError that names the argument at fault. */
export function checkArguments(args: PageArguments, filter: string, maxSize: number): PageRequest {
  const { first, last } = checkSizes(args, maxSize)
  const after = checkCursor('after', args.after, filter)
  const before = checkCursor('before', args.before, filter)
  const isForward = last === undefined && (first !== undefined || before === undefined || after !== undefined)
  const size = first ?? last ?? Math.min(DEFAULT_SIZE, maxSize)
  return isForward
    ? { isForward, size, from: after, to: before }
    : { isForward, size, from: before, to: after }
}

function checkSize(
  argument: 'first' | 'last',
  size: number | null | undefined,
  max: number,
): number | undefined {
  if (size === null || size === undefined) return undefined
  if (Number.isInteger(size) && size >= 0 && size <= max) return size
  throw new PageArgumentError(argument, `\`${argument}\` must be a whole number from 0 to ${max}.`)
}

function checkCursor(
  argument: 'after' | 'before',
  cursor: string | null | undefined,
  filter: string,
): Place | undefined {
  if (cursor === null || cursor === undefined) return undefined
  const place = decodeCursor(cursor, filter)
  if (place) return place
  throw new PageArgumentError(argument, `\`${argument}\` is not a cursor of this list with this filter.`)
}
