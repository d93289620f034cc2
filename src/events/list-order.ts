import type { PartialAppointment } from '../contract/field-names.ts'
import { isBefore } from './filter.ts'

/** An order that a list may be in: negative where `a` comes first, undefined where the two do not show it. */
export type ListOrder = (a: PartialAppointment, b: PartialAppointment) => number | undefined

const byStart: ListOrder = (a, b) => compareInstants(a.startTime, b.startTime)
const byCreation: ListOrder = (a, b) => compareInstants(a.createdAt, b.createdAt)
const byId: ListOrder = (a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

/** The upstream documents no order. These are the ones that the gateway recognises, each with a way to break ties. */
export const LIST_ORDERS: readonly ListOrder[] = [
  ...[byStart, reversed(byStart)].flatMap((order) =>
    [byId, reversed(byId), byCreation, reversed(byCreation)].map((tie) => thenBy(order, tie)),
  ),
  ...[byCreation, reversed(byCreation)].flatMap((order) =>
    [byId, reversed(byId)].map((tie) => thenBy(order, tie)),
  ),
]

/** Whether the rows are in this order. Two that tie prove nothing, and so are in no order. */
export function isInOrder(rows: readonly PartialAppointment[], order: ListOrder): boolean {
  return rows.every((row, nth) => {
    const previous = rows[nth - 1]
    return previous === undefined || isFirst(order(previous, row))
  })
}

/** Where a row belongs among the others. Undefined where these orders, in all of which the others are, differ in that. */
export function placeIn(
  rows: readonly PartialAppointment[],
  row: PartialAppointment,
  orders: readonly ListOrder[],
): number | undefined {
  const places = orders.map((order) => placeBy(order, rows, row))
  const [place] = places
  return places.every((other) => other === place) ? place : undefined
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

function reversed(order: ListOrder): ListOrder {
  return (a, b) => order(b, a)
}

function thenBy(order: ListOrder, tie: ListOrder): ListOrder {
  return (a, b) => {
    const decided = order(a, b)
    return decided === 0 ? tie(a, b) : decided
  }
}
