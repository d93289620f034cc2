import { checkArguments, type PageArguments } from './arguments.ts'
import { type Cost, costOf } from './cost.ts'
import type { Total } from './end.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import type { List, Reading } from './list.ts'
import { readPage } from './page-reading.ts'

/** A page whose arguments are checked, and of which nothing was asked yet. */
export interface PagePlan<Row> {
  /** With a size of 0 there are no edges, and only `pageInfo` needs the page to be read. */
  readonly size: number
  readonly cost: Cost
  readonly read: () => Reading<Row, Page<Row>>
}

export interface Page<Row> {
  readonly edges: readonly Edge<Row>[]
  readonly pageInfo: PageInfo
  readonly total: Total
}

export interface Edge<Row> {
  readonly node: Row
  /** Made when it is read. */
  readonly cursor: string
}

export interface PageInfo {
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  readonly startCursor: string | null
  readonly endCursor: string | null
}

export function planPage<Row>(list: List<Row>, args: PageArguments, limits = DEFAULT_LIMITS): PagePlan<Row> {
  const request = checkArguments(args, list.filter, limits.maxPageSize)
  return {
    size: request.size,
    cost: costOf(request, limits.maxWindow),
    read: () => readPage(list, request, limits.maxWindow),
  }
}
