import { PAGE_LIMIT } from '../../../src/contract/list.ts'
import type { AppointmentsApi, Row } from './api.ts'
import { restIdOf } from './global-id.ts'

export interface ListArguments {
  readonly first?: number | null
  readonly after?: string | null
  readonly filter?: ListFilter | null
}

interface ListFilter {
  readonly patientId?: string
  readonly clinicianId?: string
  readonly locationId?: string
  readonly status?: readonly string[]
  readonly startTime?: { readonly gte?: string; readonly lte?: string }
}

/** Reads the rows after an offset in as many pages as necessary. The cursor of a row is its offset. */
export async function readList(
  api: AppointmentsApi,
  { first, after, filter }: ListArguments,
  parent: Readonly<Record<string, string>> = {},
) {
  const parameters = { ...parametersOf(filter ?? {}), ...parent }
  const start = after ? Number(Buffer.from(after, 'base64').toString()) + 1 : 0
  const size = first ?? PAGE_LIMIT.default
  const rows: Row[] = []
  let hasNextPage = true
  while (hasNextPage && rows.length < size) {
    const limit = Math.min(size - rows.length, PAGE_LIMIT.max)
    const page = await api.list(parameters, start + rows.length, limit)
    rows.push(...page.data)
    hasNextPage = page.meta.has_more
  }
  const edges = rows.map((node, index) => ({
    node,
    cursor: Buffer.from(String(start + index)).toString('base64'),
  }))
  return {
    edges,
    nodes: rows,
    pageInfo: {
      hasNextPage,
      hasPreviousPage: start > 0,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: () => countAll(api, parameters),
  }
}

/** Reads all pages, because the API has no total. */
async function countAll(api: AppointmentsApi, parameters: Readonly<Record<string, string>>): Promise<number> {
  let total = 0
  for (let hasMore = true; hasMore; ) {
    const page = await api.list(parameters, total, PAGE_LIMIT.max)
    total += page.data.length
    hasMore = page.meta.has_more
  }
  return total
}

function parametersOf({
  patientId,
  clinicianId,
  locationId,
  status,
  startTime,
}: ListFilter): Record<string, string> {
  return {
    ...(patientId && { patient_id: restIdOf(patientId) }),
    ...(clinicianId && { clinician_id: restIdOf(clinicianId) }),
    ...(locationId && { location_id: restIdOf(locationId) }),
    ...(status && { status_in: status.map((name) => name.toLowerCase()).join(',') }),
    ...(startTime?.gte && { date_gte: startTime.gte }),
    ...(startTime?.lte && { date_lte: startTime.lte }),
  }
}
