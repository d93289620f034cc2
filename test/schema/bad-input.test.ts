import { describe, expect, test } from 'vitest'
import { startGateway } from '../support/gateway.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'

const PATIENT = globalId('Patient:pat_1')

const REFUSED: readonly (readonly [input: string, document: string, argument: string])[] = [
  ['a negative `first`', '{ appointments(first: -1) { nodes { id } } }', 'first'],
  ['a negative `last`', '{ appointments(last: -1) { nodes { id } } }', 'last'],
  ['a `first` over the maximum', '{ appointments(first: 501) { nodes { id } } }', 'first'],
  ['a `last` over the maximum', '{ appointments(last: 501) { nodes { id } } }', 'last'],
  ['`first` together with `last`', '{ appointments(first: 1, last: 1) { nodes { id } } }', 'last'],
  ['a text that is not a cursor', '{ appointments(after: "nonsense") { nodes { id } } }', 'after'],
  ['an empty cursor', '{ appointments(before: "") { nodes { id } } }', 'before'],
  ['an empty list of statuses', '{ appointments(filter: { status: [] }) { nodes { id } } }', 'filter.status'],
  ['an empty patient id', '{ appointments(filter: { patientId: "" }) { nodes { id } } }', 'filter.patientId'],
  [
    'an empty clinician id',
    '{ appointments(filter: { clinicianId: "" }) { nodes { id } } }',
    'filter.clinicianId',
  ],
  [
    'an empty appointment type id',
    '{ appointments(filter: { appointmentTypeId: "" }) { nodes { id } } }',
    'filter.appointmentTypeId',
  ],
  [
    'an empty location id',
    '{ appointments(filter: { locationId: "" }) { nodes { id } } }',
    'filter.locationId',
  ],
  [
    'the id of a patient as a clinician',
    `{ appointments(filter: { clinicianId: "${PATIENT}" }) { nodes { id } } }`,
    'filter.clinicianId',
  ],
  [
    'a range that ends before it starts',
    '{ appointments(filter: { startTime: { gte: "2025-01-02T00:00:00Z", lte: "2025-01-01T00:00:00Z" } }) { nodes { id } } }',
    'filter.startTime',
  ],
  [
    'a range between two milliseconds',
    '{ appointments(filter: { startTime: { gte: "2025-01-01T00:00:00.1231Z", lte: "2025-01-01T00:00:00.1239Z" } }) { nodes { id } } }',
    'filter.startTime',
  ],
  [
    'an instant that its offset moves before the year 0000',
    '{ appointments(filter: { startTime: { gte: "0000-01-01T00:00:00+01:00" } }) { nodes { id } } }',
    'filter.startTime.gte',
  ],
  [
    'an instant that its offset moves behind the year 9999',
    'mutation { updateAppointment(input: { id: "a", endTime: "9999-12-31T23:30:00-01:00" }) { clientMutationId } }',
    'input.endTime',
  ],
  [
    'a date alone',
    '{ appointments(filter: { startTime: { lte: "2030-01-07" } }) { nodes { id } } }',
    'filter.startTime.lte',
  ],
  [
    'a day together with a range',
    '{ appointments(filter: { day: "2026-03-29", startTime: { gte: "2026-03-29T00:00:00Z" } }) { nodes { id } } }',
    'filter.day',
  ],
  [
    'a time zone without a day',
    '{ appointments(filter: { timeZone: "Europe/London" }) { nodes { id } } }',
    'filter.timeZone',
  ],
  [
    'a time zone with a day that is null',
    'query ($day: Date) { appointments(filter: { day: $day, timeZone: "Europe/London" }) { nodes { id } } }',
    'filter.timeZone',
  ],
  [
    'a day that the clocks of its zone skipped',
    '{ patient(id: "p") { appointments(filter: { day: "2011-12-30", timeZone: "Pacific/Apia" }) { nodes { id } } } }',
    'filter.day',
  ],
  [
    'a day that the calendar does not have',
    '{ appointments(filter: { day: "2026-02-30" }) { nodes { id } } }',
    'filter.day',
  ],
  [
    'an instant as a day',
    '{ appointments(filter: { day: "2026-02-28T00:00:00Z" }) { nodes { id } } }',
    'filter.day',
  ],
  [
    'an offset as a time zone',
    '{ appointments(filter: { day: "2026-02-28", timeZone: "+01:00" }) { nodes { id } } }',
    'filter.timeZone',
  ],
  [
    'a default that is no time zone',
    'query ($zone: TimeZone = "Europe/Londres") { appointments { nodes { localStart(timeZone: $zone) } } }',
    'zone',
  ],
  ['a number as a time zone', '{ appointment(id: "a") { localEnd(timeZone: 1) } }', 'timeZone'],
  [
    'a default that is no instant',
    'query ($from: DateTime = "2030-02-30T00:00:00Z") { appointments(filter: { startTime: { gte: $from } }) { nodes { id } } }',
    'from',
  ],
  [
    'another patient below a patient',
    '{ patient(id: "p") { appointments(filter: { patientId: "q" }) { nodes { id } } } }',
    'filter.patientId',
  ],
  [
    'the same location below a location',
    '{ location(id: "p") { appointments(filter: { locationId: "p" }) { nodes { id } } } }',
    'filter.locationId',
  ],
  ['an empty id of a patient', '{ patient(id: "") { id } }', 'id'],
  ['the id of a patient as an appointment', `{ appointment(id: "${PATIENT}") { id } }`, 'id'],
  ['an upstream id for `node`', '{ node(id: "apt_1") { id } }', 'id'],
  ['a global id of an unknown type for `node`', `{ node(id: "${globalId('Query:1')}") { id } }`, 'id'],
  [
    'an appointment that ends before it begins',
    'mutation { createAppointment(input: { title: "t", startTime: "2025-01-01T10:00:00Z", endTime: "2025-01-01T09:00:00Z" }) { clientMutationId } }',
    'input.endTime',
  ],
  [
    'a new appointment that is cancelled',
    'mutation { createAppointment(input: { title: "t", startTime: "2025-01-01T10:00:00Z", endTime: "2025-01-01T11:00:00Z", status: CANCELLED }) { clientMutationId } }',
    'input.status',
  ],
  [
    'an empty idempotency key',
    'mutation { createAppointment(input: { title: "t", startTime: "2025-01-01T10:00:00Z", endTime: "2025-01-01T11:00:00Z", idempotencyKey: "" }) { clientMutationId } }',
    'input.idempotencyKey',
  ],
  [
    'an episode id with a slash',
    'mutation { createAppointment(input: { title: "t", startTime: "2025-01-01T10:00:00Z", endTime: "2025-01-01T11:00:00Z", episodeId: "a/b" }) { clientMutationId } }',
    'input.episodeId',
  ],
  [
    'an update without changes',
    'mutation { updateAppointment(input: { id: "a" }) { clientMutationId } }',
    'input',
  ],
  [
    'an update that clears the title',
    'mutation { updateAppointment(input: { id: "a", title: null }) { clientMutationId } }',
    'input.title',
  ],
  [
    'an update that clears the start',
    'mutation { updateAppointment(input: { id: "a", startTime: null }) { clientMutationId } }',
    'input.startTime',
  ],
  [
    'an update that clears the end',
    'mutation { updateAppointment(input: { id: "a", endTime: null }) { clientMutationId } }',
    'input.endTime',
  ],
  [
    'an update that clears `isRemote`',
    'mutation { updateAppointment(input: { id: "a", isRemote: null }) { clientMutationId } }',
    'input.isRemote',
  ],
  [
    'an update with an empty patient id',
    'mutation { updateAppointment(input: { id: "a", patientId: "" }) { clientMutationId } }',
    'input.patientId',
  ],
  [
    'a cancel with a path as its id',
    'mutation { cancelAppointment(input: { id: "../x" }) { clientMutationId } }',
    'input.id',
  ],
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
  test.for(REFUSED)('%s is BAD_USER_INPUT and costs nothing', async ([, document, argument]) => {
    await using upstream = await startScriptedUpstream(() => ({ body: {} }))
    await using gateway = await startGateway({ url: upstream.url, key: 'k' })
    const { errors } = await gateway.query(document)
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', argument }])
    expect(upstream.requests).toEqual([])
  })

  test('an id can not change the path or the query of an upstream request', async () => {
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

  test('the error of a variable of the wrong type does not repeat its value', async () => {
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
