import { decodeCursor, type Place } from './cursor.ts'
import { PageArgumentError } from './errors.ts'

/** The Relay arguments as a client sends them; null is the same as absent. */
export interface PageArguments {
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
  readonly last?: number | null | undefined
  readonly before?: string | null | undefined
}

/** The same, checked, in the direction of reading: `size` rows behind `from`, none of them at or beyond `to`. */
export interface PageRequest {
  readonly forward: boolean
  readonly size: number
  readonly from: Place | undefined
  readonly to: Place | undefined
}

const DEFAULT_SIZE = 20

export function checkArguments(args: PageArguments, filter: string, maxSize: number): PageRequest {
  const first = sizeOf('first', args.first, maxSize)
  const last = sizeOf('last', args.last, maxSize)
  if (first !== undefined && last !== undefined) {
    throw new PageArgumentError('last', 'Give either `first` or `last`, not both.')
  }
  const after = placeOf('after', args.after, filter)
  const before = placeOf('before', args.before, filter)
  const forward = last === undefined && (first !== undefined || before === undefined || after !== undefined)
  const size = first ?? last ?? Math.min(DEFAULT_SIZE, maxSize)
  return forward ? { forward, size, from: after, to: before } : { forward, size, from: before, to: after }
}

function sizeOf(
  argument: 'first' | 'last',
  size: number | null | undefined,
  max: number,
): number | undefined {
  if (size === null || size === undefined) return undefined
  if (Number.isInteger(size) && size >= 0 && size <= max) return size
  throw new PageArgumentError(argument, `\`${argument}\` must be a whole number from 0 to ${max}.`)
}

function placeOf(argument: 'after' | 'before', cursor: string | null | undefined, filter: string) {
  if (cursor === null || cursor === undefined) return undefined
  const place = decodeCursor(cursor, filter)
  if (place) return place
  throw new PageArgumentError(argument, `\`${argument}\` is not a cursor of this list with this filter.`)
}
