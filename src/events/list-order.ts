import type { PartialAppointment } from '../contract/field-names.ts'
import { isBefore } from './filter.ts'

/** An order that lists may have: negative where `a` precedes `b`, undefined where nothing proves which of them precedes. */
export type ListOrder = (a: PartialAppointment, b: PartialAppointment) => number | undefined

/** Learns the order of the upstream's lists from their rows, because the upstream documents none. */
export interface OrderEvidence {
  /** Learns from the rows of a list, or of a part of one. */
  learn(rows: readonly PartialAppointment[]): void
  /** Each order that contradicts none of the rows so far. */
  orders(): readonly ListOrder[]
}

/** 0 where two rows tie; undefined where one of them does not contain the field. */
type Comparison = (a: PartialAppointment, b: PartialAppointment) => number | undefined

const byStart: Comparison = (a, b) => compareInstants(a.startTime, b.startTime)
const byCreation: Comparison = (a, b) => compareInstants(a.createdAt, b.createdAt)
const byId: Comparison = (a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

const byIds = [byId, reversed(byId)]
const byCreations = [byCreation, reversed(byCreation)]

/** The orders that the gateway recognises: how lists are sorted, each with the comparisons that may break ties. */
const SORTS: readonly (readonly [sort: Comparison, ties: readonly Comparison[]])[] = [
  ...[byStart, reversed(byStart)].map((sort) => [sort, [...byIds, ...byCreations]] as const),
  ...byCreations.map((sort) => [sort, byIds] as const),
]

/** In bits: rows are sorted by chance once in 4,096 times. Seven rows of one list prove as much, or twelve lists of two. */
const ENOUGH_FOR_SORT = 12
/** Six pairs that tie. To swap two rows that begin together does less harm, and ties are rare. */
const ENOUGH_FOR_TIES = 6

/** Adds up evidence from lists. An observation that repeats adds nothing. */
interface Proof {
  add(observation: string, bits: number): void
  readonly isEnough: () => boolean
}

function createProof(enough: number): Proof {
  const seen = new Set<string>()
  let sum = 0
  return {
    add(observation, bits) {
      if (sum >= enough || seen.has(observation)) return
      seen.add(observation)
      sum += bits
    },
    isEnough: () => sum >= enough,
  }
}

export function createOrderEvidence(): OrderEvidence {
  let sorts = SORTS.map(([sort, ties]) => createSortEvidence(sort, ties))
  return {
    learn(rows) {
      sorts = sorts.filter((sort) => sort.learn(rows))
    },
    orders: () => sorts.map(({ order }) => order),
  }
}

/** The evidence for one way to sort. Only rows that tie prove how ties are broken. */
function createSortEvidence(sort: Comparison, allTies: readonly Comparison[]) {
  const proofOfSort = createProof(ENOUGH_FOR_SORT)
  const proofOfTies = createProof(ENOUGH_FOR_TIES)
  let ties = allTies

  /** False where the rows are not sorted like this. */
  function learn(rows: readonly PartialAppointment[]): boolean {
    let tied = 1
    return rows.every((row, nth) => {
      const previous = rows[nth - 1]
      if (previous === undefined) return true
      const compared = sort(previous, row)
      if (compared === undefined || compared > 0) return false
      tied = compared === 0 ? tied + 1 : 1
      // The row had as many possible places as there are rows up to it.
      if (compared < 0) proofOfSort.add(JSON.stringify([previous.id, row.id].sort()), Math.log2(nth + 1))
      else {
        // A pair counts again once one of its rows has changed: that proves that a change moves neither.
        proofOfTies.add(JSON.stringify([previous, row]), Math.log2(tied))
        ties = ties.filter((tie) => isFirst(tie(previous, row)))
      }
      return true
    })
  }

  function order(a: PartialAppointment, b: PartialAppointment): number | undefined {
    const compared = sort(a, b)
    if (compared !== 0) return proofOfSort.isEnough() ? compared : undefined
    if (!proofOfTies.isEnough()) return undefined
    const [broken, ...others] = ties.map((tie) => tie(a, b))
    return others.every((other) => other === broken) ? broken : undefined
  }

  return { learn, order }
}

/** The index of a row among the others; undefined where no order proves one, or two orders differ. */
export function placeIn(
  rows: readonly PartialAppointment[],
  row: PartialAppointment,
  orders: readonly ListOrder[],
): number | undefined {
  if (rows.length === 0) return 0
  const places = orders.map((order) => placeBy(order, rows, row))
  const [place] = places
  return places.every((other) => other === place) ? place : undefined
}

/** Whether no pair of neighbours contradicts the order. */
export function isPossible(rows: readonly PartialAppointment[], order: ListOrder): boolean {
  return rows.every((row, nth) => {
    const previous = rows[nth - 1]
    return previous === undefined || !isFirst(order(row, previous))
  })
}

function placeBy(
  order: ListOrder,
  rows: readonly PartialAppointment[],
  row: PartialAppointment,
): number | undefined {
  const place = rows.findLastIndex((each) => isFirst(order(each, row))) + 1
  const next = rows[place]
  return next === undefined || isFirst(order(row, next)) ? place : undefined
}

function isFirst(order: number | undefined): boolean {
  return order !== undefined && order < 0
}

function compareInstants(a: string | undefined, b: string | undefined): number | undefined {
  if (a === undefined || b === undefined) return undefined
  return isBefore(a, b) ? -1 : isBefore(b, a) ? 1 : 0
}

function reversed(comparison: Comparison): Comparison {
  return (a, b) => comparison(b, a)
}
