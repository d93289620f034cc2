import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type LiveRows,
  NO_ROWS,
  nodesOf,
  propose,
  settle,
  shownRows,
  takeChange,
  takeFound,
} from '../../src/client/index.ts'

interface Row {
  readonly id: string
  /** The list has the rows of day 1. */
  readonly day: number
  readonly version: number
}

const IDS = ['a', 'b', 'c', 'd']
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('write'), id: fc.constantFrom(...IDS), day: fc.nat(2) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('deliver') }) },
  fc.record({ kind: fc.constant('read'), isLate: fc.boolean() }),
  fc.record({ kind: fc.constant('answer') }),
  fc.record({
    kind: fc.constant('own'),
    id: fc.constantFrom(...IDS),
    day: fc.nat(2),
    isRefused: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('settle') }),
)
const isListed = ({ day }: Row) => day === 1

/** An upstream, a delayed stream of its changes, and a screen with reads and writes in flight. */
class World {
  readonly server = new Map<string, Row>()
  screen: LiveRows<Row> = NO_ROWS
  private version = 0
  private readonly stream: (() => void)[] = []
  private readonly reads: (() => void)[] = []
  private readonly writes: (() => void)[] = []

  write(id: string, day: number): Row {
    this.version += 1
    const row = { id, day, version: this.version }
    const before = this.server.get(id)
    this.server.set(id, row)
    const [was, is] = [before !== undefined && isListed(before), isListed(row)]
    const movement = is ? (was ? 'CHANGED' : 'ENTERED') : 'LEFT'
    if (was || is)
      this.stream.push(() => {
        this.screen = takeChange(this.screen, movement, row)
      })
    return row
  }

  read(isLate: boolean): void {
    const since = this.screen.changes
    const early = [...this.server.values()].filter(isListed)
    this.reads.push(() => {
      const rows = isLate ? [...this.server.values()].filter(isListed) : early
      this.screen = takeFound(this.screen, { rows, since, isListed })
    })
  }

  own(id: string, day: number, isRefused: boolean): void {
    const since = this.screen.changes
    this.screen = propose(this.screen, { id, day, version: -1 })
    const rows = isRefused ? [] : [this.write(id, day)]
    this.writes.push(() => {
      this.screen = settle(this.screen, id, { rows, since })
    })
  }

  deliver = () => this.stream.shift()?.()
  answer = () => this.reads.shift()?.()
  settle = () => this.writes.shift()?.()

  finish(): void {
    while (this.writes.length > 0) this.settle()
    while (this.reads.length > 0) this.answer()
    while (this.stream.length > 0) this.deliver()
  }
}

const sorted = (rows: Iterable<Row>) => [...rows].filter(isListed).sort((a, b) => (a.id < b.id ? -1 : 1))

test('Reads, changes and own writes in any order result in the rows of a fresh read', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const world = new World()
      world.read(false)
      world.answer()
      for (const each of steps) {
        if (each.kind === 'write' && 'id' in each) world.write(each.id, each.day)
        else if (each.kind === 'own' && 'isRefused' in each) world.own(each.id, each.day, each.isRefused)
        else if (each.kind === 'read' && 'isLate' in each) world.read(each.isLate)
        else if (each.kind === 'deliver') world.deliver()
        else if (each.kind === 'answer') world.answer()
        else if (each.kind === 'settle') world.settle()
      }
      world.finish()
      expect(sorted(shownRows(world.screen))).toEqual(sorted(world.server.values()))
      expect(world.screen.pending.size).toBe(0)
    }),
    { numRuns: 2000 },
  )
})

test('A field that a list does not have keeps the value of a change; null removes it', () => {
  type Named = { readonly id: string; readonly name?: string | null }
  const changed = takeChange<Named>(NO_ROWS, 'ENTERED', { id: 'a', name: 'Ada' })
  const read = takeFound(changed, { rows: [{ id: 'a' }], since: changed.changes })
  expect(read.byId.get('a')).toEqual({ id: 'a', name: 'Ada' })
  expect(takeChange(read, 'CHANGED', { id: 'a', name: null }).byId.get('a')).toEqual({ id: 'a', name: null })
})

test('A row is as a write in flight will leave it, and is restored after a refusal', () => {
  const row = { id: 'a', day: 1, version: 1 }
  const read = takeFound<Row>(NO_ROWS, { rows: [row], since: 0 })
  const proposed = propose(read, { ...row, day: 2 })
  expect(shownRows(proposed)).toEqual([{ ...row, day: 2 }])
  expect(shownRows(settle(proposed, 'a', { rows: [], since: 0 }))).toEqual([row])
})

test('A list has the rows that did not fail, and none where the list itself failed', () => {
  expect(nodesOf({ nodes: [{ id: 'a' }, null, { id: 'b' }] })).toEqual([{ id: 'a' }, { id: 'b' }])
  expect([nodesOf(null), nodesOf(undefined)]).toEqual([[], []])
})
