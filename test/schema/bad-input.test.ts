import { describe, expect, test } from 'vitest'
import { startGateway } from '../support/gateway.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'

const PATIENT = globalId('Patient:pat_1')

const REFUSED: readonly (readonly [document: string, argument: string])[] = [
  ['{ appointments(first: -1) { nodes { id } } }', 'first'],
  ['{ appointments(last: -1) { nodes { id } } }', 'last'],
  ['{ appointments(first: 501) { nodes { id } } }', 'first'],
  ['{ appointments(last: 501) { nodes { id } } }', 'last'],
  ['{ appointments(first: 1, last: 1) { nodes { id } } }', 'last'],
  ['{ appointments(after: "nonsense") { nodes { id } } }', 'after'],
  ['{ appointments(before: "") { nodes { id } } }', 'before'],
  ['{ appointments(filter: { status: [] }) { nodes { id } } }', 'filter.status'],
  ['{ appointments(filter: { patientId: "" }) { nodes { id } } }', 'filter.patientId'],
  ['{ appointments(filter: { clinicianId: "" }) { nodes { id } } }', 'filter.clinicianId'],
  ['{ appointments(filter: { appointmentTypeId: "" }) { nodes { id } } }', 'filter.appointmentTypeId'],
  ['{ appointments(filter: { locationId: "" }) { nodes { id } } }', 'filter.locationId'],
  [`{ appointments(filter: { clinicianId: "${PATIENT}" }) { nodes { id } } }`, 'filter.clinicianId'],
  [
    '{ appointments(filter: { startTime: { gte: "2025-01-02T00:00:00Z", lte: "2025-01-01T00:00:00Z" } }) { nodes { id } } }',
    'filter.startTime',
  ],
  ['{ patient(id: "p") { appointments(filter: { patientId: "q" }) { nodes { id } } } }', 'filter.patientId'],
  [
    '{ location(id: "p") { appointments(filter: { locationId: "p" }) { nodes { id } } } }',
    'filter.locationId',
  ],
  ['{ patient(id: "") { id } }', 'id'],
  [`{ appointment(id: "${PATIENT}") { id } }`, 'id'],
  ['{ node(id: "apt_1") { id } }', 'id'],
  [`{ node(id: "${globalId('Query:1')}") { id } }`, 'id'],
  [
    'mutation { createAppointment(input: { title: "t", startTime: "2025-01-01T10:00:00Z", endTime: "2025-01-01T09:00:00Z" }) { clientMutationId } }',
    'input.endTime',
  ],
  [
    'mutation { createAppointment(input: { title: "t", startTime: "2025-01-01T10:00:00Z", endTime: "2025-01-01T11:00:00Z", status: CANCELLED }) { clientMutationId } }',
    'input.status',
  ],
  [
    'mutation { createAppointment(input: { title: "t", startTime: "2025-01-01T10:00:00Z", endTime: "2025-01-01T11:00:00Z", idempotencyKey: "" }) { clientMutationId } }',
    'input.idempotencyKey',
  ],
  [
    'mutation { createAppointment(input: { title: "t", startTime: "2025-01-01T10:00:00Z", endTime: "2025-01-01T11:00:00Z", episodeId: "a/b" }) { clientMutationId } }',
    'input.episodeId',
  ],
  ['mutation { updateAppointment(input: { id: "a" }) { clientMutationId } }', 'input'],
  ['mutation { updateAppointment(input: { id: "a", title: null }) { clientMutationId } }', 'input.title'],
  [
    'mutation { updateAppointment(input: { id: "a", startTime: null }) { clientMutationId } }',
    'input.startTime',
  ],
  ['mutation { updateAppointment(input: { id: "a", endTime: null }) { clientMutationId } }', 'input.endTime'],
  [
    'mutation { updateAppointment(input: { id: "a", isRemote: null }) { clientMutationId } }',
    'input.isRemote',
  ],
  [
    'mutation { updateAppointment(input: { id: "a", patientId: "" }) { clientMutationId } }',
    'input.patientId',
  ],
  ['mutation { cancelAppointment(input: { id: "../x" }) { clientMutationId } }', 'input.id'],
]

const HOSTILE_IDS = [
  '',
  '.',
  '..',
  '../appointments',
  'a/b',
  'a?limit=1',
  'a#b',
  '%2e%2e',
  'a%2fb',
  'a\\b',
  'a b',
  'a\u0000b',
  'a\r\nx: y',
  '\ud800',
  'ä',
  'a'.repeat(10_240),
  globalId('Appointment:../x'),
  `${globalId('Appointment:a')}\n`,
]

describe('bad input', () => {
  test.for(REFUSED)(
    '%s is BAD_USER_INPUT, names the argument, and asks nothing',
    async ([document, argument]) => {
      await using upstream = await startScriptedUpstream(() => ({ body: {} }))
      await using gateway = await startGateway({ url: upstream.url, key: 'k' })
      const { errors } = await gateway.query(document)
      expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', argument }])
      expect(upstream.requests).toEqual([])
    },
  )

  test('an id can never change the path or the query of a request', async () => {
    await using upstream = await startScriptedUpstream(() => ({ body: {} }))
    await using gateway = await startGateway({ url: upstream.url, key: 'k' })
    for (const id of HOSTILE_IDS) {
      const { data, errors } = await gateway.query(
        `query ($id: ID!) {
          appointment(id: $id) { id }
          patient(id: $id) { id }
          node(id: $id) { id }
          nodes(ids: [$id]) { id }
          appointments(filter: { patientId: $id }) { nodes { id } }
        }`,
        { id },
      )
      expect(data).toEqual({
        appointment: null,
        patient: null,
        node: null,
        nodes: [null],
        appointments: null,
      })
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual(Array(5).fill('BAD_USER_INPUT'))
    }
    expect(upstream.requests).toEqual([])
  })

  test('a variable of the wrong type is BAD_USER_INPUT, and its value is not repeated', async () => {
    await using gateway = await startGateway({ url: 'http://127.0.0.1:9', key: 'k' })
    const { errors } = await gateway.query(
      'mutation ($input: CreateAppointmentInput!) { createAppointment(input: $input) { clientMutationId } }',
      { input: { title: { jane: 'Jane Doe' }, startTime: 'Jane Doe', endTime: '2025-01-01T10:00:00Z' } },
    )
    expect(errors?.map(({ extensions }) => extensions)).toEqual([
      { code: 'BAD_USER_INPUT', argument: 'input.startTime' },
      { code: 'BAD_USER_INPUT', argument: 'input.title' },
    ])
    expect(JSON.stringify(errors)).not.toContain('Jane')
  })
})

function globalId(text: string): string {
  return Buffer.from(text, 'latin1').toString('base64')
}
