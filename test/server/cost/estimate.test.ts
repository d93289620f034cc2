import { parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { schema } from '../../../src/schema/schema.ts'
import { estimateBound } from '../../../src/server/cost/bound.ts'
import { type Product, startProduct } from '../../support/product.ts'

const ONLY = { 'x-estimate-only': '1' }

function globalId(kind: string, restId: string): string {
  return Buffer.from(`${kind}:${restId}`).toString('base64')
}

async function estimateOf(product: Product, document: string, variables = {}) {
  const answer = await product.query(document, variables, ONLY)
  expect(answer.errors).toBeUndefined()
  expect(answer.data).toBeNull()
  return (answer.extensions as unknown as { estimate: { min: number; max: number } }).estimate
}

const DOCUMENTS: readonly (readonly [document: string, min: number, max: number])[] = [
  ['{ __typename }', 0, 0],
  ['{ appointment(id: "a") { id attendeeName } }', 1, 1],
  [
    '{ a: appointment(id: "a") { id } b: appointment(id: "a") { title } c: appointment(id: "c") { id } }',
    2,
    2,
  ],
  ['{ appointment(id: "../x") { id } }', 0, 0],
  ['{ patient(id: "p") { id } clinician(id: "c") { restId } }', 0, 0],
  ['{ appointments(first: 20) { nodes { id title status isCancellable patient { restId } } } }', 1, 1],
  ['{ a: appointments(first: 20) { nodes { id } } b: appointments(first: 20) { nodes { id } } }', 1, 1],
  ['{ appointments(first: 20) { nodes { attendeeName } edges { node { location { id } } } } }', 1, 21],
  ['{ appointments(first: 20, filter: { clinicianId: "c" }) { nodes { clinician { id } } } }', 1, 1],
  // The reads of the directory and of four lists may fail to resolve the rows.
  ['{ appointments(first: 20) { nodes { clinician { id } } } }', 1, 30],
  ['{ appointments(first: 20) { nodes { clinician { id } location { id } } } }', 1, 35],
  ['{ clinician(id: "c") { name role } again: clinician(id: "c") { email } }', 1, 6],
  ['{ a: location(id: "a") { name } b: location(id: "b") { name } }', 1, 7],
  ['{ patient(id: "p") { lastName firstName } again: patient(id: "p") { email } }', 1, 1],
  ['{ a: patient(id: "a") { lastName } b: patient(id: "b") { lastName id } }', 2, 2],
  ['{ appointments(first: 20) { nodes { patient { lastName email } } } }', 1, 21],
  ['{ appointments(first: 20) { nodes { clinician { name } location { name } } } }', 1, 75],
  ['{ appointments(first: 20, filter: { clinicianId: "c" }) { nodes { clinician { name } } } }', 1, 26],
  ['{ appointments(first: 0) { nodes { id } } }', 0, 0],
  ['{ appointments { __typename } }', 0, 0],
  ['{ appointments(first: 250) { nodes { id } } }', 1, 5],
  ['{ appointments { totalCount } }', 1, 32],
  ['{ appointments { nodes { id } totalCount } }', 1, 33],
  ['{ appointments(first: 40) { nodes { patient { appointments(first: 3) { nodes { id } } } } } }', 1, 41],
  [
    '{ appointments(first: 10) { nodes { patient { appointments(first: 3) { nodes { title attendeeName } } } } } }',
    1,
    41,
  ],
  [
    '{ appointments(first: 10) { nodes { clinician { appointments(first: 3) { nodes { title } } } } } }',
    1,
    30,
  ],
  ['{ patient(id: "p") { appointments(first: 3) { nodes { attendeeName } } } }', 1, 4],
  ['query ($no: Boolean = false) { appointments @include(if: $no) { nodes { id } } }', 0, 0],
  [
    '{ ...F } fragment F on Query { appointments { ...G } } fragment G on AppointmentConnection { nodes { description } }',
    1,
    21,
  ],
  [
    '{ a: appointments(filter: { status: [PENDING] }) { nodes { id } } b: appointments(filter: { status: [CONFIRMED] }) { nodes { id } } }',
    1,
    3,
  ],
  [
    'mutation { cancelAppointment(input: { id: "a" }) { appointment { id status cancellationReason } } }',
    1,
    1,
  ],
  ['mutation { cancelAppointment(input: { id: "a" }) { appointment { title } } }', 1, 2],
  [
    'mutation { createAppointment(input: { title: "t", startTime: "2030-01-07T10:00:00Z", endTime: "2030-01-07T11:00:00Z" }) { appointment { title updatedAt } } }',
    1,
    1,
  ],
  // The day of clinician and patient, before and after, and the cancellation of a booking that conflicts.
  [
    'mutation { createAppointment(input: { title: "t", startTime: "2030-01-07T10:00:00Z", endTime: "2030-01-07T11:00:00Z", clinicianId: "c", patientId: "p", ifFree: [CLINICIAN, PATIENT, PATIENT] }) { appointment { title } } }',
    3,
    6,
  ],
]

describe('The estimate', () => {
  test('The gateway returns the estimate alone on request and runs nothing', async () => {
    await using product = await startProduct({ sandbox: { seed: 5 } })
    for (const [document, min, max] of DOCUMENTS)
      expect([document, await estimateOf(product, document)]).toEqual([document, { min, max }])
    expect(product.takeRequests()).toEqual([])
  })

  test('The bound of a document is never below the minimum of its estimate', () => {
    for (const [document, min] of DOCUMENTS)
      expect([document, estimateBound(schema, parse(document)) >= min]).toEqual([document, true])
    expect(estimateBound(schema, parse('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }'))).toBe(
      Number.POSITIVE_INFINITY,
    )
    const twice = (name: string) => `{ ...${name} ... on Query { ...${name} } }`
    const fragments = Array.from({ length: 28 }, (_, i) => `fragment F${i} on Query ${twice(`F${i + 1}`)}`)
    const last = 'fragment F28 on Query { appointment(id: "a") { id } }'
    expect(estimateBound(schema, parse([twice('F0'), ...fragments, last].join(' ')))).toBe(2 ** 29)
  })

  test('The estimate counts each distinct appointment of nodes once and no reference', async () => {
    await using product = await startProduct({ sandbox: { seed: 0 } })
    const ids = [
      globalId('Appointment', 'a'),
      globalId('Appointment', 'b'),
      globalId('Appointment', 'a'),
      globalId('Patient', 'p'),
      'x',
    ]
    const document =
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Patient { appointments(first: 5) { nodes { id } } } } }'
    expect(await estimateOf(product, document, { ids })).toEqual({ min: 3, max: 3 })
  })

  test('The estimate counts cached reads as free', async () => {
    await using product = await startProduct({ sandbox: { seed: 5 } })
    const list = '{ appointments(first: 3) { nodes { restId } } }'
    const { data } = await product.query(list)
    expect(await estimateOf(product, list)).toEqual({ min: 0, max: 0 })
    const one = `{ appointment(id: "${data.appointments.nodes[0].restId}") { title } }`
    expect(await estimateOf(product, one)).toEqual({ min: 1, max: 1 })
    await product.query(one)
    expect(await estimateOf(product, one)).toEqual({ min: 0, max: 0 })
  })

  test('The estimate counts a cached directory as free, and each patient once', async () => {
    await using product = await startProduct({ sandbox: { seed: 20 } })
    const [clinician] = (await product.rest('GET', '/clinician-profiles')).body.data
    const names = `{ clinician(id: "${clinician.id}") { name } }`
    expect(await estimateOf(product, names)).toEqual({ min: 1, max: 6 })
    await product.query(names)
    // A new clinician may need a separate read.
    expect(await estimateOf(product, names)).toEqual({ min: 0, max: 1 })
    const ids = ['p', 'q', 'p'].map((id) => globalId('Patient', id))
    const document = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Patient { lastName } } }'
    expect(await estimateOf(product, document, { ids })).toEqual({ min: 2, max: 2 })
    await product.query(document, { ids })
    expect(await estimateOf(product, document, { ids })).toEqual({ min: 0, max: 0 })
  })

  test('The cost of an operation lies between the minimum and the maximum', async () => {
    await using product = await startProduct({ gateway: { cacheTtlSeconds: 0, maxUpstreamRequests: 1_000 } })
    for (const [document] of DOCUMENTS.filter(([text]) => !text.startsWith('mutation'))) {
      const { min, max } = await estimateOf(product, document)
      const cost = Number((await product.query(document)).headers.get('x-upstream-requests'))
      expect(cost, document).toBeGreaterThanOrEqual(min)
      expect(cost, document).toBeLessThanOrEqual(max)
    }
  })

  test('The gateway refuses a cost above the ceiling, and names the costliest field', async () => {
    await using product = await startProduct({ sandbox: { seed: 0 } })
    const ids = Array.from({ length: 70 }, (_, index) => globalId('Appointment', `a${index}`))
    const { data, errors } = await product.query(
      'query ($ids: [ID!]!) { few: appointment(id: "a") { id } many: nodes(ids: $ids) { id } }',
      { ids },
    )
    expect(data).toBeUndefined()
    expect(errors?.map(({ extensions }) => extensions)).toEqual([
      { code: 'QUERY_TOO_COSTLY', estimate: { min: 71, max: 71 }, costliest: 'many' },
    ])
    expect(product.takeRequests()).toEqual([])
    const fits = await product.query('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      ids: ids.slice(0, 60),
    })
    expect(fits.errors).toBeUndefined()
  })
})
