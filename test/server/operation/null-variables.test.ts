import { describe, expect, test } from 'vitest'
import { startGateway } from '../../support/gateway.ts'
import { startProduct } from '../../support/product.ts'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'

const GLOBAL_ID = Buffer.from('Appointment:a').toString('base64')
const TIMES = 'startTime: "2030-01-07T10:00:00Z", endTime: "2030-01-07T11:00:00Z"'

/** Each variable is null, and has a default, so that the document is valid. */
const NULLS: readonly (readonly [place: string, document: string, argument: string])[] = [
  ['an id', 'query ($v: ID = "a") { appointment(id: $v) { id } }', 'id'],
  ['the id of a reference', 'query ($v: ID = "a") { patient(id: $v) { id } }', 'id'],
  ['a list of ids', `query ($v: [ID!] = ["${GLOBAL_ID}"]) { nodes(ids: $v) { id } }`, 'ids'],
  ['an item of a list', `query ($v: ID = "${GLOBAL_ID}") { nodes(ids: ["b", $v]) { id } }`, 'ids.1'],
  [
    'an item of a list in a filter',
    'query ($v: AppointmentStatus = PENDING) { appointments(filter: { status: [$v] }) { nodes { id } } }',
    'filter.status.0',
  ],
  [
    'an input',
    'mutation ($v: CancelAppointmentInput = { id: "a" }) { cancelAppointment(input: $v) { performedAt } }',
    'input',
  ],
  [
    'a field of an input',
    `mutation ($v: String = "t") { createAppointment(input: { attendeeName: "Jane", title: $v, ${TIMES} }) { clientMutationId } }`,
    'input.title',
  ],
  [
    'an argument in a fragment',
    'query ($v: ID = "a") { ...F } fragment F on Query { location(id: $v) { restId } }',
    'id',
  ],
]

const CONDITIONS: readonly (readonly [place: string, document: string])[] = [
  ['a root field', 'query ($v: Boolean = true) { appointment(id: "a") @include(if: $v) { id } }'],
  ['a field below', 'query ($v: Boolean = true) { appointment(id: "a") { id @skip(if: $v) } }'],
  [
    'a field of a connection',
    'query ($v: Boolean = true) { appointments { nodes @include(if: $v) { id } } }',
  ],
  [
    'a fragment of a write',
    'mutation ($v: Boolean = true) { cancelAppointment(input: { id: "a" }) { ... @skip(if: $v) { performedAt } } }',
  ],
]

async function startUnusedUpstream() {
  const upstream = await startScriptedUpstream(() => ({ body: { data: { id: 'a' }, meta: {} } }))
  const faults: unknown[] = []
  const gateway = await startGateway({
    url: upstream.url,
    key: 'k',
    reportFault: (fault) => faults.push(fault),
  })
  return {
    ...gateway,
    expectNothingDone() {
      expect(faults).toEqual([])
      expect(upstream.requests).toEqual([])
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

describe('A null for a variable with a default', () => {
  test.for(NULLS)(
    'The gateway refuses the null as %s and names the argument',
    async ([, document, argument]) => {
      await using gateway = await startUnusedUpstream()
      const { status, data, errors } = await gateway.query(document, { v: null })
      expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', argument }])
      expect(status).toBe(200)
      // The list of `nodes` is non-null, so an error there nulls all data.
      expect(Object.values(data ?? { data })).toEqual([null])
      expect(JSON.stringify(errors)).not.toContain('Jane')
      gateway.expectNothingDone()
    },
  )

  test.for(CONDITIONS)('The gateway refuses the null as the condition of %s', async ([, document]) => {
    await using gateway = await startUnusedUpstream()
    for (const headers of [{}, { 'x-estimate-only': '1' }]) {
      const answer = await gateway.query(document, { v: null }, headers)
      expect(answer.errors?.map(({ extensions }) => extensions)).toEqual([
        { code: 'BAD_USER_INPUT', argument: 'if' },
      ])
      expect([answer.status, 'data' in answer]).toEqual([400, false])
    }
    gateway.expectNothingDone()
  })

  test('A field that the gateway will refuse costs nothing in an estimate', async () => {
    await using gateway = await startUnusedUpstream()
    for (const [, document] of NULLS) {
      const { errors, extensions } = await gateway.query(document, { v: null }, { 'x-estimate-only': '1' })
      expect([errors, extensions]).toMatchObject([undefined, { estimate: { min: 0, max: 0 } }])
    }
    gateway.expectNothingDone()
  })

  test('A null fails its own field only, and an absent variable has its default', async () => {
    await using product = await startProduct({ sandbox: { seed: 1 } })
    const { body } = await product.rest('GET', '/appointments?limit=1')
    const [{ id, title }] = body.data
    const document = `query ($a: ID = "x", $b: ID = "${id}") { a: appointment(id: $a) { title } b: appointment(id: $b) { title } }`
    const { data, errors } = await product.query(document, { a: null })
    expect(data).toEqual({ a: null, b: { title } })
    expect(errors).toMatchObject([{ path: ['a'], extensions: { code: 'BAD_USER_INPUT', argument: 'id' } }])
    expect(product.takeRequests()).toEqual([`GET /appointments/${id}`])
  })
})
