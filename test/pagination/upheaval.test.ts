import { expect, test } from 'vitest'
import { decodeCursor } from '../../src/pagination/cursor.ts'
import { CursorExpiredError } from '../../src/pagination/errors.ts'
import type { List } from '../../src/pagination/list.ts'
import { planPage } from '../../src/pagination/page.ts'
import { createDriftingList, type DriftingRow, seeded } from './drift.ts'
import { drive } from './drive.ts'

const list: List<DriftingRow> = {
  filter: '',
  identify: ({ id }) => String(id),
  state: ({ version }) => String(version),
}
const RUNS = 5000
const SIZES = [1, 2, 5, 10, 20, 50, 90, 99, 100, 150]

test('A page has the rows that stayed, whatever blocks change around its cursor', () => {
  let judged = 0
  let expired = 0
  for (let seed = 0; seed < RUNS; seed++) {
    const outcome = readAfterUpheaval(seed)
    if (outcome === 'most moved') continue
    judged++
    if (outcome === 'expired') expired++
    else expect(outcome.got, `seed ${seed}`).toEqual(outcome.expected)
  }
  process.stdout.write(`${judged} upheavals in which most neighbours stayed: ${expired} cursors expired\n`)
  expect(judged).toBeGreaterThan(RUNS / 4)
  expect(expired).toBeLessThanOrEqual(judged / 500)
})

function readAfterUpheaval(seed: number) {
  const random = seeded(seed)
  const below = (bound: number) => Math.floor(random() * bound)
  const pick = <T>(items: readonly T[]): T | undefined => items[below(items.length)]
  const total = 1 + below(pick([40, 400]) ?? 40)
  const upstream = createDriftingList(total, random)
  const read = (args: object) => drive(planPage(list, args).read(), upstream.slice).value

  const start = read({ [pick(['first', 'last']) ?? 'first']: pick(SIZES) })
  const page = below(2) ? start : read({ first: pick(SIZES), after: start.pageInfo.startCursor })
  const forward = below(2) === 0
  const edge = below(3) ? page.edges.at(forward ? -1 : 0) : pick(page.edges)
  if (!edge) return 'most moved'
  const cursor = edge.cursor
  const { marks, ownIndex } = decodeCursor(cursor, list.filter) ?? { marks: [0], ownIndex: 0 }
  for (let i = 1 + below(8); i > 0; i--) upstream.disturb(edge.node.id)
  const neighbours = marks.map((_, nth) => edge.node.id - ownIndex + nth)
  if (2 * neighbours.filter((id) => upstream.stayed.has(id)).length <= neighbours.length) return 'most moved'

  try {
    const next = read(forward ? { first: pick(SIZES), after: cursor } : { last: pick(SIZES), before: cursor })
    const isOld = (id: number) => id < total && upstream.stayed.has(id)
    const got = next.edges.map(({ node }) => node.id).filter(isOld)
    const unseen = upstream.rows
      .map(({ id }) => id)
      .filter((id) => isOld(id) && (forward ? id > edge.node.id : id < edge.node.id))
    const isLastPage = forward ? !next.pageInfo.hasNextPage : !next.pageInfo.hasPreviousPage
    const count = isLastPage ? unseen.length : got.length
    return { got, expected: forward ? unseen.slice(0, count) : unseen.slice(unseen.length - count) }
  } catch (error) {
    if (error instanceof CursorExpiredError) return 'expired'
    throw error
  }
}
