import { describe, expect, test } from 'vitest'
import type { Patient } from '../../../src/contract/directory.ts'
import { createLogger } from '../../../src/process/logger.ts'
import type { OperationLine } from '../../../src/server/gateway-options.ts'
import { startGateway } from '../../support/gateway.ts'
import { startProduct } from '../../support/product.ts'
import { type ScriptedAnswer, startScriptedUpstream } from '../../support/scripted-upstream.ts'

const CANARY = 'Canary-Quinn'

describe('The operation log', () => {
  test('The log has one line per operation with its name, cost and error codes', async () => {
    const lines: OperationLine[] = []
    await using product = await startProduct({
      sandbox: { seed: 5 },
      gateway: { logOperation: (line) => lines.push(line) },
    })
    await product.query(
      'query Day { appointments(first: 3) { nodes { id } } }',
      {},
      { 'x-request-id': 'my-id' },
    )
    await product.query('query Day { appointments(first: 3) { nodes { id } } }')
    await product.query('{ a: appointment(id: "..") { id } b: appointment(id: "..") { id } }')
    await product.query('{ nothing }')
    expect(lines).toEqual([
      {
        requestId: 'my-id',
        name: 'Day',
        kind: 'query',
        durationMs: expect.any(Number),
        requests: 1,
        remembered: 0,
        joined: 0,
        stale: 0,
        repeated: false,
        codes: [],
      },
      expect.objectContaining({ name: 'Day', requests: 0, remembered: 1 }),
      expect.objectContaining({ name: null, kind: 'query', codes: ['BAD_USER_INPUT'] }),
      expect.objectContaining({ name: null, kind: null, codes: ['GRAPHQL_VALIDATION_FAILED'] }),
    ])
  })

  test('A cached answer that is used because the upstream is down counts as stale', async () => {
    const lines: OperationLine[] = []
    let now = Date.parse('2026-01-05T12:00:00Z')
    let isDown = false
    await using upstream = await startScriptedUpstream(() =>
      isDown ? { status: 503, body: '' } : { body: { data: { id: 'a', title: 'Visit' }, meta: {} } },
    )
    await using gateway = await startGateway({
      url: upstream.url,
      key: 'k',
      now: () => now,
      logOperation: (line) => lines.push(line),
    })
    await gateway.query('{ appointment(id: "a") { title } }')
    now += 60_000
    isDown = true
    expect((await gateway.query('{ appointment(id: "a") { title } }')).data.appointment.title).toBe('Visit')
    expect(lines.map(({ remembered, stale }) => ({ remembered, stale }))).toEqual([
      { remembered: 0, stale: 0 },
      { remembered: 1, stale: 1 },
    ])
  })

  test('A code that only the upstream has goes to the caller, and is `other` in the log', async () => {
    const lines: OperationLine[] = []
    const codes = ['JOHN_SMITH', 'JANE_DOE', 'CONFLICT']
    await using upstream = await startScriptedUpstream(() => ({
      status: 422,
      body: { error: { code: codes.shift(), message: 'no' } },
    }))
    await using gateway = await startGateway({
      url: upstream.url,
      key: 'k',
      logOperation: (line) => lines.push(line),
    })
    const one = (alias: string) => `${alias}: appointment(id: "${alias}") { title }`
    const { errors } = await gateway.query(`{ ${['a', 'b', 'c'].map(one).join(' ')} }`)
    expect(errors?.map(({ extensions }) => extensions.code).sort()).toEqual([
      'CONFLICT',
      'JANE_DOE',
      'JOHN_SMITH',
    ])
    expect(lines.map((line) => line.codes.toSorted())).toEqual([['CONFLICT', 'other']])
  })

  test('The gateway takes or creates a request id, sends it upstream and returns it', async () => {
    await using upstream = await startScriptedUpstream(() => ({ body: { data: { id: 'a' }, meta: {} } }))
    await using gateway = await startGateway({ url: upstream.url, key: 'k', cacheTtlSeconds: 0 })
    const given = await gateway.query('{ appointment(id: "a") { id } }', {}, { 'x-request-id': 'trace.1' })
    const minted = await gateway.query('{ appointment(id: "a") { id } }')
    expect(given.headers.get('x-request-id')).toBe('trace.1')
    expect(upstream.requests.map(({ headers }) => headers['x-request-id'])).toEqual([
      'trace.1',
      minted.headers.get('x-request-id'),
    ])
  })

  test('No log line and no error contains patient data', async () => {
    const written: string[] = []
    const logger = await createLogger('trace', { write: (text: string) => void written.push(text) })
    const row = {
      id: 'a',
      title: CANARY,
      attendee_name: CANARY,
      attendee_email: CANARY,
      description: CANARY,
      status: CANARY,
      start_time: CANARY,
      duration_minutes: CANARY,
      cancellation_reason: CANARY,
      first_name: CANARY,
      last_name: CANARY,
      nhs_number: CANARY,
      is_deceased: CANARY,
      email: CANARY,
    }
    const answers: ScriptedAnswer[] = [
      { body: { data: row, meta: { note: CANARY } } },
      { body: { data: [row, CANARY, { title: CANARY }], meta: { has_more: true } } },
      { status: 500, body: { error: { code: 'INTERNAL_ERROR', message: CANARY, details: { CANARY } } } },
      { status: 502, body: CANARY },
      { body: CANARY },
      { body: { data: null, [CANARY]: CANARY } },
    ]
    let turn = 0
    await using upstream = await startScriptedUpstream(
      () => answers[turn++ % answers.length] as ScriptedAnswer,
    )
    await using gateway = await startGateway({
      url: upstream.url,
      development: false,
      cacheTtlSeconds: 0,
      reportFault: logger.fault,
      logOperation: logger.operation,
    })
    const input = { title: CANARY, startTime: CANARY, endTime: CANARY, attendeeName: CANARY }
    const documents: readonly (readonly [string, object])[] = [
      ['{ appointment(id: "a") { status startTime durationMinutes } }', {}],
      [
        '{ appointments(filter: { patientId: "p" }) { nodes { status startTime attendeeEmail } totalCount } }',
        {},
      ],
      [
        'mutation ($input: CreateAppointmentInput!) { createAppointment(input: $input) { clientMutationId } }',
        { input },
      ],
      [
        'mutation ($reason: String) { cancelAppointment(input: { id: "a", cancellationReason: $reason }) { appointment { status updatedAt } } }',
        { reason: CANARY },
      ],
      [
        'mutation ($title: String) { updateAppointment(input: { id: "a", title: $title }) { appointment { status updatedAt } } }',
        { title: CANARY },
      ],
      ['{ patient(id: "a") { lastName nhsNumber isDeceased createdAt } }', {}],
      ['{ clinician(id: "a") { name isActive } b: clinician(id: "b") { email } }', {}],
      ['query ($id: ID!) { node(id: $id) { id } }', { id: CANARY }],
      [
        'query ($id: ID!) { appointments(after: "x", filter: { clinicianId: $id }) { nodes { id } } }',
        { id: `${CANARY}/` },
      ],
    ]
    for (let round = 0; round < answers.length; round++)
      for (const [document, variables] of documents) {
        const { errors } = await gateway.query(
          document,
          { ...variables },
          { authorization: `Bearer ${CANARY}`, 'x-note': CANARY },
        )
        expect(JSON.stringify(errors ?? [])).not.toContain(CANARY)
        turn += 1
      }
    expect(written.length).toBeGreaterThanOrEqual(documents.length * answers.length)
    expect(written.join('')).not.toContain(CANARY)
  })

  test('The names, numbers and e-mails of 500 patients are in no log line', async () => {
    const written: string[] = []
    const logger = await createLogger('trace', { write: (text: string) => void written.push(text) })
    await using product = await startProduct({
      sandbox: { seed: 3000 },
      gateway: { maxUpstreamRequests: 1000, reportFault: logger.fault, logOperation: logger.operation },
    })
    const patients: Patient[] = []
    for (let offset = 0; offset < 500; offset += 100)
      patients.push(...(await product.rest('GET', `/patients?limit=100&offset=${offset}`)).body.data)
    expect(new Set(patients.map(({ nhs_number }) => nhs_number))).toHaveProperty('size', 500)
    for (let from = 0; from < 500; from += 50) {
      const ids = patients.slice(from, from + 50).map(({ id }, index) => (index === 9 ? 'pat_none' : id))
      const { data } = await product.query(
        `query Names { ${ids.map((id, index) => `p${index}: patient(id: "${id}") { lastName nhsNumber email }`).join(' ')} }`,
      )
      expect(data.p0).toEqual({
        lastName: patients[from]?.last_name,
        nhsNumber: patients[from]?.nhs_number,
        email: patients[from]?.email,
      })
    }
    expect(written).toHaveLength(10)
    const log = written.join('')
    for (const { first_name, last_name, nhs_number, email, mobile_phone, id } of patients)
      for (const value of [first_name, last_name, nhs_number, email, mobile_phone, id])
        expect(log.includes(`${value}`)).toBe(false)
  })
})
