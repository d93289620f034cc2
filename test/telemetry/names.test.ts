import { expect, test } from 'vitest'
import type { Patient } from '../../src/contract/directory.ts'
import { createLogger } from '../../src/process/logger.ts'
import { startProduct } from '../support/product.ts'
import { subscribe } from '../support/stream.ts'
import { startCollector, startTraces } from './collector.ts'
import { startMetrics } from './start-metrics.ts'

test('The names and numbers of 500 patients are in no metric, span or log line', async () => {
  const written: string[] = []
  const logger = await createLogger('trace', { write: (text: string) => void written.push(text) })
  const metrics = startMetrics()
  await using collector = await startCollector()
  const traces = startTraces(collector.url)
  await using product = await startProduct({
    sandbox: { seed: 3000 },
    live: true,
    gateway: {
      maxUpstreamRequests: 1000,
      reportFault: logger.fault,
      logOperation: logger.operation,
      logEvent: logger.event,
      observer: metrics,
      tracer: traces,
    },
  })
  metrics.watch(product.state)
  const patients: Patient[] = []
  for (let offset = 0; offset < 500; offset += 100)
    patients.push(...(await product.rest('GET', `/patients?limit=100&offset=${offset}`)).body.data)
  expect(new Set(patients.map(({ nhs_number }) => nhs_number))).toHaveProperty('size', 500)
  await using stream = await subscribe(product.url, {
    query: 'subscription { appointmentChanged { appointment { attendeeName } } }',
  })

  for (let from = 0; from < 500; from += 50) {
    const some = patients.slice(from, from + 50)
    const { data } = await product.query(
      `{ ${some.map(({ id }, index) => `p${index}: patient(id: "${id}") { lastName nhsNumber email }`).join(' ')} }`,
    )
    expect(data.p0.lastName).toBe(some[0]?.last_name)
    await product.query(
      `{ ${some.map(({ id }, index) => `p${index}: appointments(first: 1, filter: { patientId: "${id}" }) { nodes { id } }`).join(' ')} }`,
    )
  }
  // The worst case of callers and the upstream's users: names of patients in place of other names.
  for (const { first_name, last_name, email } of patients.slice(0, 20)) {
    const name = last_name.replace(/\W/g, '_')
    await product.query(
      `query Of_${name} { __typename }`,
      {},
      {
        traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`,
        tracestate: `patient=${last_name.replace(/[^a-z]/gi, '')}`,
        baggage: `patient=${name}`,
      },
    )
    await product.query('{ patients(search: "x") { nodes { id } } }'.replace('x', last_name))
    await product.query(`{ appointment(id: "${email}") { title } }`)
    await product.query(`{ ${first_name.replace(/\W/g, '_')} }`)
  }
  const [patient] = patients
  const input = {
    title: `Visit of ${patient?.last_name}`,
    attendeeName: `${patient?.first_name} ${patient?.last_name}`,
    startTime: '2030-01-07T10:00:00Z',
    endTime: '2030-01-07T10:30:00Z',
  }
  await product.query(
    'mutation ($input: CreateAppointmentInput!) { createAppointment(input: $input) { clientMutationId } }',
    { input },
  )
  expect((await stream.next())?.data.appointmentChanged.appointment.attendeeName).toBe(input.attendeeName)
  await traces.close()

  const spans = collector.server.requests.map(({ body }) => body).join('')
  expect(collector.spans().length).toBeGreaterThan(1000)
  const outputs = { spans, metrics: (await metrics.page()).text, log: linesWithoutNames(written) }
  for (const [where, text] of Object.entries(outputs))
    for (const { first_name, last_name, nhs_number, email, mobile_phone, id } of patients)
      for (const value of [first_name, last_name, nhs_number, email, mobile_phone, id])
        expect([where, value, text.includes(`${value}`)]).toEqual([where, value, false])
})

/** The log contains operation names as callers write them, which is documented: only operators read it. */
function linesWithoutNames(lines: readonly string[]): string {
  return lines.map((line) => line.replace(/"name":"Of_\w*"/, '')).join('')
}
