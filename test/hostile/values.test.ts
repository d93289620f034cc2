import { describe, expect, test } from 'vitest'
import { startGateway } from '../support/gateway.ts'
import { rawPost, sendRaw } from '../support/raw.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'
import { codesOf, startTarget } from './target.ts'

const global = (text: string) => Buffer.from(text).toString('base64')

const HOSTILE_IDS = [
  '',
  '.',
  '..',
  '../appointments',
  '..%2fx',
  '%2e%2e',
  'a/b',
  'a?limit=100',
  'a#b',
  'a b',
  'a\r\nX-Evil: 1',
  'a\u0000',
  'a;drop',
  "a'--",
  '\ud800',
  'ａ',
  'é',
  'a'.repeat(129),
  'a'.repeat(500_000),
  'a\\b',
  '//evil.test',
  'http://evil.test',
  global('Appointment:../x'),
  global('Appointment:a:bb'),
  global('Patient:a'),
  global('__proto__:a'),
  `${global('Appointment:a')}=`,
  ` ${global('Appointment:a')}`,
  global('constructor:a'),
]

const HOSTILE_INSTANTS = [
  '',
  'now',
  '2030-01-01',
  '2030-02-30T00:00:00Z',
  '2030-01-01T00:00:00',
  '2030-01-01T00:00:00Z&limit=1000',
  '2030-01-01T00:00:00Z\r\nX-Evil: 1',
  '9'.repeat(100_000),
  '0000-00-00T00:00:00Z',
  '0000-01-01T00:00:00+01:00',
  '9999-12-31T23:59:59-01:00',
  1893456000,
  true,
  {},
  ['2030-01-01T00:00:00Z'],
]

describe('A hostile value', () => {
  test('The gateway refuses a hostile id in every field that takes one', async () => {
    await using target = await startTarget()
    const documents = [
      'query ($id: ID!) { appointment(id: $id) { id } }',
      'mutation ($id: ID!) { cancelAppointment(input: { id: $id }) { performedAt } }',
      'mutation ($id: ID!) { updateAppointment(input: { id: $id, title: "t" }) { clientMutationId } }',
    ]
    for (const id of HOSTILE_IDS)
      for (const query of documents) {
        const { codes } = await target.attack({ query, variables: { id } })
        expect([id.slice(0, 40), codes]).toEqual([
          id.slice(0, 40),
          id.length > 100_000 ? ['LIMIT_EXCEEDED'] : ['BAD_USER_INPUT'],
        ])
      }
    expect(await target.verifyAndTakeRequests()).toEqual([])
  })

  test('The gateway refuses an id that is not a string', async () => {
    await using target = await startTarget()
    const query = 'query ($id: ID!) { appointment(id: $id) { id } }'
    for (const id of [null, true, 1.5, {}, ['a', 'b'], { toString: 'a' }])
      expect((await target.attack({ query, variables: { id } })).codes).toEqual(['BAD_USER_INPUT'])
    expect(await target.verifyAndTakeRequests()).toEqual([])
  })

  test('The gateway refuses hostile filters and sends nothing upstream', async () => {
    await using target = await startTarget()
    const list = (filter: object) =>
      target.attack({
        query: 'query ($filter: AppointmentFilter) { appointments(filter: $filter) { nodes { id } } }',
        variables: { filter },
      })
    for (const name of ['patientId', 'clinicianId', 'appointmentTypeId', 'locationId'])
      for (const id of HOSTILE_IDS.filter(
        (each) => each.length < 1000 && !each.includes(global('Patient:a')),
      ))
        expect((await list({ [name]: id })).codes).toEqual(['BAD_USER_INPUT'])
    for (const instant of HOSTILE_INSTANTS)
      for (const end of ['gte', 'lte'])
        expect((await list({ startTime: { [end]: instant } })).codes).toEqual([
          String(instant).length > 99_000 ? 'LIMIT_EXCEEDED' : 'BAD_USER_INPUT',
        ])
    for (const status of [[], ['JANE'], ['scheduled'], [null], 'JANE', [['SCHEDULED']], { a: 1 }])
      expect((await list({ status })).codes).toEqual(['BAD_USER_INPUT'])
    for (const filter of [{ jane: 1 }, { __proto__: null, toString: 'a' }, [1], 'a', 7])
      expect((await list(filter as object)).codes).toEqual(['BAD_USER_INPUT'])
    expect(await target.verifyAndTakeRequests()).toEqual([])
  })

  test('The gateway refuses hostile page sizes and cursors', async () => {
    await using target = await startTarget()
    const page = (args: object) =>
      target.attack({
        query: `query ($first: Int, $last: Int, $after: String, $before: String) {
          appointments(first: $first, last: $last, after: $after, before: $before) { nodes { id } } }`,
        variables: args,
      })
    for (const args of [
      { first: -1 },
      { first: 501 },
      { first: 2 ** 31 },
      { first: 1.5 },
      { last: -1 },
      { first: 1, last: 1 },
    ])
      expect((await page(args)).codes).toEqual(['BAD_USER_INPUT'])
    for (const cursor of [
      'x',
      '',
      '0',
      '-1',
      '\ud800',
      'a'.repeat(5000),
      global('99999999999999'),
      global('{"offset":-1}'),
      '%00',
      '../..',
    ])
      for (const args of [
        { first: 1, after: cursor },
        { last: 1, before: cursor },
      ])
        expect((await page(args)).codes).toEqual(['BAD_USER_INPUT'])
    expect(await target.verifyAndTakeRequests()).toEqual([])
  })

  test('The gateway passes a hostile title on as a JSON string in the body', async () => {
    await using target = await startTarget()
    const title = 't\r\nX-Evil: 1\u2028"}{'
    const { text } = await target.attack({
      query:
        'mutation ($input: CreateAppointmentInput!) { createAppointment(input: $input) { appointment { restId title } } }',
      variables: {
        input: {
          title,
          startTime: '2030-01-07T10:00:00Z',
          endTime: '2030-01-07T11:00:00Z',
          idempotencyKey: 'k\r\nX-Evil: 1',
        },
      },
    })
    expect(JSON.parse(text).data.createAppointment.appointment.title).toBe(title)
    expect(await target.verifyAndTakeRequests()).toEqual(['POST /appointments'])
  })
})

describe('A hostile header', () => {
  const EMPTY = { body: { data: [], meta: { has_more: false } } }
  const READ = '{ appointments { nodes { id } } }'

  test('The gateway replaces a hostile request id upstream and in its response', async () => {
    await using upstream = await startScriptedUpstream(() => EMPTY)
    await using gateway = await startGateway({ url: upstream.url, key: 'k' })
    for (const id of ['a b', 'a'.repeat(129), 'a,b', '<script>', '../x', 'é'.normalize('NFC')]) {
      const { head } = await sendRaw(gateway.url, rawPost(READ, { 'x-request-id': id }))
      expect(head).toMatch(/\r\nx-request-id: [\w-]{36}\r\n/i)
      expect(upstream.requests.at(-1)?.headers['x-request-id']).toMatch(/^[\w-]{36}$/)
    }
  })

  test.for([
    ['an empty header', ''],
    ['a scheme alone', 'Bearer'],
    ['a scheme and a space', 'Bearer '],
    ['two words', 'Bearer a b'],
    ['two credentials', 'Bearer a, Bearer b'],
    ['another scheme', 'Basic YTpi'],
    ['a header without a scheme', 'a'],
    ['a header of 2 kB', `Bearer ${'a'.repeat(2000)}`],
    ['a header beyond ASCII', 'Bearer é'],
  ] as const)(
    'The gateway takes %s for no credential and sends nothing upstream',
    async ([, authorization]) => {
      await using upstream = await startScriptedUpstream(() => EMPTY)
      await using gateway = await startGateway({ url: upstream.url })
      const { body } = await sendRaw(gateway.url, rawPost(READ, { authorization }))
      expect(codesOf(body)).toEqual(['UNAUTHENTICATED'])
      expect(upstream.requests).toEqual([])
    },
  )

  test('The gateway takes a credential from no other header or parameter', async () => {
    await using upstream = await startScriptedUpstream(() => EMPTY)
    await using gateway = await startGateway({ url: upstream.url })
    const elsewhere = {
      cookie: 'authorization=Bearer pk_a',
      'x-api-key': 'pk_a',
      'proxy-authorization': 'Bearer pk_a',
    }
    const { body } = await sendRaw(
      gateway.url,
      rawPost(READ, elsewhere, '/graphql?access_token=pk_a&key=pk_a'),
    )
    expect(codesOf(body)).toEqual(['UNAUTHENTICATED'])
    expect(upstream.requests).toEqual([])
  })

  test('The gateway passes the first of two Authorization headers on', async () => {
    await using upstream = await startScriptedUpstream(() => EMPTY)
    await using gateway = await startGateway({ url: upstream.url })
    const twice = rawPost(READ, { authorization: 'Bearer pk_a' }).replace(
      'host:',
      'authorization: Bearer pk_b\r\nhost:',
    )
    await sendRaw(gateway.url, twice)
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer pk_b'])
  })

  test('The gateway never answers one caller with the response of another', async () => {
    await using upstream = await startScriptedUpstream(({ headers }) => ({
      body: { data: { id: 'a', title: headers.authorization }, meta: {} },
    }))
    await using gateway = await startGateway({ url: upstream.url })
    const keys = ['pk_a', 'pk_b', 'PK_A', 'pk_a1']
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const authorization = `Bearer ${keys[index % keys.length]}`
        const { data } = await gateway.query('{ appointment(id: "a") { title } }', {}, { authorization })
        return data.appointment.title === authorization
      }),
    )
    expect(answers).toEqual(answers.map(() => true))
  })
})
