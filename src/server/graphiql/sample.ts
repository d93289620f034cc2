import { nextWorkingDay } from './day.ts'

/** The rows of the tour's day, in the order of the list. */
export type Sample = readonly SampleRow[]

export interface SampleRow {
  readonly cursor: string
  readonly node: {
    readonly id: string
    readonly isCancellable: boolean | null
    readonly patient: { readonly restId: string } | null
  }
}

export type SendRequest = (url: string, init: RequestInit) => Promise<Response> | Response

const ROWS_OF_THE_DAY = /* GraphQL */ `
  query RowsOfTheDay($filter: AppointmentFilter) {
    appointments(filter: $filter) {
      edges { cursor node { id isCancellable patient { restId } } }
    }
  }
`

/**
 * Reads the tour's day from the gateway itself, without a credential, so with no more rights than the browser has. It
 * is one list, so it costs at most one upstream request. Undefined where the answer contains no list.
 */
export async function readSample(
  send: SendRequest,
  endpoint: URL,
  now: number,
): Promise<{ readonly rows: Sample; readonly upstreamRequests: number } | undefined> {
  const response = await send(endpoint.origin + endpoint.pathname, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({
      query: ROWS_OF_THE_DAY,
      variables: { filter: { startTime: nextWorkingDay(now) } },
    }),
  })
  // The schema guarantees the shape of the answer to the query above.
  const { data } = (await response.json()) as {
    data?: { appointments: { edges: readonly Partial<SampleRow>[] } | null } | null
  }
  const rows = data?.appointments?.edges.filter((edge): edge is SampleRow => edge.node != null)
  return rows && { rows, upstreamRequests: Number(response.headers.get('x-upstream-requests')) }
}
