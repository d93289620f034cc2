import { expect, test } from 'vitest'
import { chunkOf, rowsAhead } from '../../src/pagination/chunk.ts'
import { markOf, type Place } from '../../src/pagination/cursor.ts'
import type { Segment } from '../../src/pagination/list.ts'
import { locate } from '../../src/pagination/location.ts'

const THEN = 'abcdefghij'
const REACH = 3

/** The place of a row in the example that the comment of `locate` works through. */
function placeOf(row: string): Place {
  const offset = THEN.indexOf(row)
  const start = Math.max(0, offset - REACH)
  return {
    offset,
    marks: [...THEN.slice(start, offset + REACH + 1)].map((each) => markOf(each, 'as it was')),
    ownIndex: offset - start,
    reachesStart: offset <= REACH,
    reachesEnd: THEN.length - 1 - offset <= REACH,
  }
}

/** The rows after that row in the list as it is now; undefined if its place is lost. */
function rowsAfter(row: string, now: string, edited: string): string | undefined {
  const segment: Segment<string> = {
    offset: 0,
    rows: [...now],
    hasMore: false,
    isClipped: false,
    markAt(index) {
      const each = now[index]
      return each === undefined ? undefined : markOf(each, edited.includes(each) ? 'edited' : 'as it was')
    },
  }
  const location = locate(placeOf(row), 'after', segment)
  if (location === undefined) return undefined
  return rowsAhead(chunkOf(segment, location, true), undefined, true)
    .map(({ node }) => node)
    .join('')
}

test.for([
  ['e', 'abcdefghji', 'i', 'fghji'],
  ['e', 'xyabdfghie', 'e', 'fghi'],
  ['e', 'xgabcefhij', THEN, 'gfhij'],
  ['c', 'ijx', '', 'ijx'],
  ['e', 'ijx', '', undefined],
])('The rows after %s, in a list that is now %s with %s edited, are %s', ([row, now, edited, ahead]) => {
  expect(rowsAfter(row ?? '', now ?? '', edited ?? '')).toBe(ahead)
})
