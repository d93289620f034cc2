import { describe, expect, test } from 'vitest'
import type { SandboxOptions } from '../../src/sandbox/server.ts'
import { AppointmentPageDocument, type AppointmentPageQuery } from '../client/generated/graphql.ts'
import { type Product, startProduct } from '../support/product.ts'

/** Possible behaviours of the hosted service that its documentation leaves open: the gateway supports each. */
const UPSTREAMS: readonly SandboxOptions[] = [
  {},
  { listRows: 'full' },
  { order: 'start_desc' },
  { order: 'created_desc' },
  { overRange: 'clamp' },
  { transitionStatus: 422 },
  { ids: 'uuid' },
  { rateLimit: 0 },
  { listRows: 'full', order: 'created_desc', overRange: 'clamp', transitionStatus: 422, ids: 'uuid' },
]

const ROWS = 130

type Page = NonNullable<AppointmentPageQuery['appointments']>

async function walk(product: Product, size: number, forward: boolean): Promise<string[]> {
  const seen: string[] = []
  let cursor: string | null | undefined
  for (;;) {
    const { data, errors } = await product.query(
      AppointmentPageDocument,
      forward ? { first: size, after: cursor } : { last: size, before: cursor },
    )
    expect(errors).toBeUndefined()
    const { edges, pageInfo } = data.appointments as Page
    const ids = edges.map(({ node }) => node?.restId ?? '')
    if (forward) seen.push(...ids)
    else seen.unshift(...ids)
    if (!(forward ? pageInfo.hasNextPage : pageInfo.hasPreviousPage)) return seen
    cursor = forward ? pageInfo.endCursor : pageInfo.startCursor
  }
}

describe.for(UPSTREAMS)('The gateway over an upstream with %j', (sandbox) => {
  const start = () =>
    startProduct({ sandbox: { seed: ROWS, ...sandbox }, gateway: { maxUpstreamRequests: 200 } })

  test('Pages of any size and direction show every row once, in upstream order', async () => {
    await using product = await start()
    const first = await product.rest('GET', '/appointments?limit=100')
    const rest = await product.rest('GET', '/appointments?limit=100&offset=100')
    const all = [...first.body.data, ...rest.body.data].map(({ id }: { id: string }) => id)
    expect(all).toHaveLength(ROWS)
    for (const size of [17, 100, 500]) {
      expect(await walk(product, size, true)).toEqual(all)
      expect(await walk(product, size, false)).toEqual(all)
    }
    const { data } = await product.query('{ appointments(last: 1) { totalCount } }')
    expect(data.appointments.totalCount).toBe(ROWS)
  })

  test('A client receives every field of a row, also those missing from list rows', async () => {
    await using product = await start()
    const fields =
      'restId attendeeName attendeeEmail bookingSource durationMinutes isRemote updatedAt clinician { restId }'
    const { data, errors } = await product.query(`{ appointments(first: 5) { nodes { ${fields} } } }`)
    expect(errors).toBeUndefined()
    for (const node of data.appointments.nodes) {
      const { body } = await product.rest('GET', `/appointments/${node.restId}`)
      expect(node).toEqual({
        restId: body.data.id,
        attendeeName: body.data.attendee_name,
        attendeeEmail: body.data.attendee_email,
        bookingSource: body.data.booking_source,
        durationMinutes: body.data.duration_minutes,
        isRemote: body.data.is_remote,
        updatedAt: body.data.updated_at,
        clinician: { restId: body.data.clinician_profile_id },
      })
    }
    expect(product.takeRequests()).toHaveLength(sandbox.listRows === 'full' ? 1 : 6)
  })

  test('A refusal keeps the code of the upstream under any HTTP status', async () => {
    await using product = await start()
    const { body } = await product.rest('GET', '/appointments?status=completed&limit=1')
    const { errors } = await product.query(
      'mutation ($id: ID!) { cancelAppointment(input: { id: $id }) { clientMutationId } }',
      { id: body.data[0].id },
    )
    expect(errors?.map(({ extensions }) => extensions)).toEqual([
      {
        code: 'INVALID_STATE_TRANSITION',
        status: sandbox.transitionStatus ?? 409,
        details: { current_status: 'completed', attempted_action: 'cancel' },
        requestId: expect.any(String),
      },
    ])
    const missing = await product.query('{ appointment(id: "apt_nobody") { id } }')
    expect(missing.data).toEqual({ appointment: null })
    expect(missing.errors).toBeUndefined()
  })
})
