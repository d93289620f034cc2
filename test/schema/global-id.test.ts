import { describe, expect, test } from 'vitest'
import { startGateway } from '../support/gateway.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'

/** Every place that takes an id, and the type of the id. */
const PLACES: readonly (readonly [place: string, kind: string, document: string])[] = [
  ['node', 'Appointment', 'query ($id: ID!) { node(id: $id) { id ... on Appointment { title } } }'],
  ['node', 'Patient', 'query ($id: ID!) { node(id: $id) { id } }'],
  ['nodes', 'Appointment', 'query ($id: ID!) { nodes(ids: [$id]) { id ... on Appointment { title } } }'],
  ['appointment', 'Appointment', 'query ($id: ID!) { appointment(id: $id) { id title } }'],
  ['patient', 'Patient', 'query ($id: ID!) { patient(id: $id) { id restId } }'],
  ['clinician', 'Clinician', 'query ($id: ID!) { clinician(id: $id) { id restId } }'],
  ['appointmentType', 'AppointmentType', 'query ($id: ID!) { appointmentType(id: $id) { id restId } }'],
  ['location', 'Location', 'query ($id: ID!) { location(id: $id) { id restId } }'],
  [
    'a reference with its list',
    'Clinician',
    'query ($id: ID!) { clinician(id: $id) { appointments { nodes { id } } } }',
  ],
  ['a filter', 'Patient', 'query ($id: ID!) { appointments(filter: { patientId: $id }) { nodes { id } } }'],
  [
    'a create',
    'Location',
    `mutation ($id: ID!) { createAppointment(input: { title: "t", startTime: "2030-01-07T10:00:00Z",
      endTime: "2030-01-07T11:00:00Z", locationId: $id }) { appointment { id } } }`,
  ],
  [
    'an update',
    'Appointment',
    'mutation ($id: ID!) { updateAppointment(input: { id: $id, title: "t" }) { appointment { id } } }',
  ],
  [
    'the reference of an update',
    'Patient',
    'mutation ($id: ID!) { updateAppointment(input: { id: "x", patientId: $id }) { clientMutationId } }',
  ],
  [
    'a cancel',
    'Appointment',
    'mutation ($id: ID!) { cancelAppointment(input: { id: $id }) { appointment { id } } }',
  ],
]

/** Answers any operation with a new gateway, so that no answer is cached. */
async function send(document: string, id: string) {
  await using upstream = await startScriptedUpstream(({ line }) => {
    const row = { id: /\/appointments\/(\w+)/.exec(line)?.[1] ?? 'new', title: 'A', status: 'pending' }
    return { body: line.includes('?') ? { data: [row], meta: { has_more: false } } : { data: row, meta: {} } }
  })
  await using gateway = await startGateway({ url: upstream.url, key: 'k' })
  const { data, errors } = await gateway.query(document, { id })
  return { data, errors, requests: upstream.requests.map(({ line, body }) => `${line} ${body}`) }
}

function globalId(text: string): string {
  return Buffer.from(text).toString('base64')
}

const withoutPadding = (id: string) => id.replaceAll('=', '')

describe('A global id', () => {
  test.for(PLACES)('It is the same id without its padding: %s (%s)', async ([, kind, document]) => {
    const ids = ['a', 'ab', 'abc'].map((restId) => globalId(`${kind}:${restId}`))
    expect(new Set(ids.map((id) => id.length - withoutPadding(id).length))).toEqual(new Set([0, 1, 2]))
    for (const id of ids) {
      const padded = await send(document, id)
      expect(padded.errors).toBeUndefined()
      expect(await send(document, withoutPadding(id))).toEqual(padded)
    }
  })

  test('Without its padding it still belongs to its own type only', async () => {
    const id = withoutPadding(globalId('Patient:a'))
    const { errors, requests } = await send('query ($id: ID!) { appointment(id: $id) { id } }', id)
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'id' } }])
    expect(requests).toEqual([])
  })

  test.for([
    ['half of its padding', globalId('Appointment:a').slice(0, -1)],
    ['more padding than it needs', `${globalId('Appointment:ab')}=`],
  ])('An id with %s is BAD_USER_INPUT everywhere and costs nothing', async ([, id = '']) => {
    for (const [, kind, document] of PLACES.filter(([, each]) => each === 'Appointment')) {
      const { errors, requests } = await send(document, id)
      expect([kind, errors?.map(({ extensions: { code } }) => code)]).toEqual([kind, ['BAD_USER_INPUT']])
      expect(requests).toEqual([])
    }
  })

  test("Its base64url is the same id, whatever characters the upstream's id has", async () => {
    const restIds = [...'ABCXYZabcopqxyz0189_-'].flatMap((character) => [
      character,
      `x${character}`,
      `xx${character}`,
    ])
    const fields = restIds.map((restId, index) => {
      const id = Buffer.from(`Patient:${restId}`).toString('base64url')
      return `p${index}: patient(id: "${id}") { restId }`
    })
    await using gateway = await startGateway({ url: 'http://127.0.0.1:9', key: 'k' })
    const { data } = await gateway.query(`{ ${fields.join(' ')} }`)
    expect(data).toEqual(Object.fromEntries(restIds.map((restId, index) => [`p${index}`, { restId }])))
  })
})
