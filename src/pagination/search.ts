import type { Place } from './cursor.ts'
import { CursorExpiredError } from './errors.ts'
import { ask, type List, type Reading, type Stretch, type Window } from './list.ts'
import { type Location, locate, type Side, spanOf } from './location.ts'
import { windowBeside } from './window.ts'

/** One reader of a list: what it has in hand, and how many more windows it may ask for. */
export interface Reader<Row> {
  readonly list: List<Row>
  readonly maxWindow: number
  readonly hand: Stretch<Row>[]
  left: number
}

export interface Found<Row> {
  readonly stretch: Stretch<Row>
  readonly location: Location
}

export function* readInto<Row>(reader: Reader<Row>, window: Window): Reading<Row, Stretch<Row>> {
  if (reader.left === 0)
    throw new CursorExpiredError('The list has changed too much since this cursor was made.')
  reader.left -= 1
  const stretch = yield* ask(reader.list, window)
  reader.hand.push(stretch)
  return stretch
}

/**
 * A stretch that holds the place and is of use: one in hand, else the window proposed, else what lies beside it.
 * Stretches in hand may be a little older than the place; rows that stayed are in the same order in both.
 */
export function* find<Row>(
  reader: Reader<Row>,
  place: Place,
  side: Side,
  proposed: Window,
  isOfUse: (found: Found<Row>) => boolean,
): Reading<Row, Found<Row>> {
  for (const stretch of reader.hand) {
    const location = locate(place, side, stretch)
    if (location && isOfUse({ stretch, location })) return { stretch, location }
  }
  const read: Stretch<Row>[] = []
  let window: Window | undefined = proposed
  while (window) {
    const stretch: Stretch<Row> = yield* readInto(reader, window)
    read.push(stretch)
    const location = locate(place, side, stretch)
    if (location && isOfUse({ stretch, location })) return { stretch, location }
    window = windowBeside(read, spanOf(place, stretch), reader.maxWindow)
  }
  throw new CursorExpiredError(
    'Neither the row of this cursor nor enough of its neighbours are in the list any more.',
  )
}
