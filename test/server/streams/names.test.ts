import { describe, expect, test } from 'vitest'
import { deliver, eventBody, eventObject } from '../../support/events.ts'
import { startProduct } from '../../support/product.ts'
import { subscribe } from '../../support/stream.ts'
import { NOON } from './live.ts'

const CLINICIANS = 'GET /clinician-profiles?limit=100&offset=0'

async function startClinic() {
  let now = NOON
  const product = await startProduct({
    live: true,
    sandbox: { seed: 20, faults: true, clock: () => new Date(now) },
    gateway: { now: () => now },
  })
  const first = async (path: string): Promise<string> =>
    (await product.rest('GET', `${path}?limit=1`)).body.data[0].id
  return {
    product,
    clinician: await first('/clinician-profiles'),
    patient: await first('/patients'),
    pass(seconds: number) {
      now += seconds * 1000
    },
    async deliverEvent(type: string, object: object) {
      expect(await deliver(product.url, eventBody({ type, object }), { at: now })).toBe(204)
    },
    [Symbol.asyncDispose]: () => product[Symbol.asyncDispose](),
  }
}

describe('Names, while events arrive', () => {
  test('A changed person, as found by a read, is no change of an appointment', async () => {
    await using clinic = await startClinic()
    const { product, patient, pass } = clinic
    await using stream = await subscribe(product.url, {
      query: 'subscription { appointmentChanged { kind appointment { title } } }',
    })
    for (const title of ['Dr', 'Prof']) {
      await product.rest('PATCH', `/patients/${patient}`, { title })
      pass(60)
      expect((await product.query(`{ patient(id: "${patient}") { title } }`)).data.patient.title).toBe(title)
    }
    await product.rest('POST', '/appointments', {
      title: 'The first change',
      start_time: '2030-01-07T10:00:00Z',
      end_time: '2030-01-07T11:00:00Z',
    })
    expect((await stream.next())?.data.appointmentChanged).toEqual({
      kind: 'CREATED',
      appointment: { title: 'The first change' },
    })
  })

  test('Events of appointments do not extend the TTL of patients', async () => {
    await using clinic = await startClinic()
    const { product, patient, pass } = clinic
    const names = `{ patient(id: "${patient}") { title } }`
    for (const _ of [1, 2]) {
      await product.query(names)
      pass(11)
    }
    expect(product.takeRequests()).toEqual([`GET /patients/${patient}`, `GET /patients/${patient}`])
  })

  test('While events are healthy, a page with its names costs nothing again for an hour', async () => {
    await using clinic = await startClinic()
    const { product, pass, deliverEvent } = clinic
    await deliverEvent('appointment.updated', eventObject('apt_elsewhere'))
    pass(1)
    const names = '{ appointments(first: 20) { nodes { title clinician { displayName } } } }'
    const { data, errors } = await product.query(names)
    expect(errors).toBeUndefined()
    // The page, the directory, and the lists of four clinicians.
    expect(product.takeRequests()).toHaveLength(6)
    pass(500)
    expect((await product.query(names)).data).toEqual(data)
    expect(product.takeRequests()).toEqual([])
  })

  test.each(['clinician_profile.updated', 'clinician.created'])(
    'The event %s invalidates the clinicians',
    async (type) => {
      await using clinic = await startClinic()
      const { product, clinician, deliverEvent } = clinic
      const names = `{ clinician(id: "${clinician}") { name } }`
      await product.query(names)
      await deliverEvent('location.updated', { id: 'loc_1' })
      await product.query(names)
      expect(product.takeRequests()).toEqual([CLINICIANS])
      await deliverEvent(type, { id: clinician })
      await product.query(names)
      expect(product.takeRequests()).toEqual([CLINICIANS])
    },
  )

  test('An event of a patient invalidates that patient, and no other', async () => {
    await using clinic = await startClinic()
    const { product, patient, deliverEvent } = clinic
    const names = `{ a: patient(id: "${patient}") { title } b: patient(id: "pat_b") { title } }`
    await product.query(names)
    product.takeRequests()
    await deliverEvent('patient.updated', { id: patient })
    await deliverEvent('patient.updated', { id: '../x' })
    await product.query(names)
    expect(product.takeRequests()).toEqual([`GET /patients/${patient}`])
  })

  test("A name that changes on the clinic's own screens is read again, once", async () => {
    await using clinic = await startClinic()
    const { product, clinician } = clinic
    await using stream = await subscribe(product.url, {
      query: 'subscription { appointmentChanged { kind } }',
    })
    const name = `{ clinician(id: "${clinician}") { displayName } }`
    await product.query(name)
    await product.rest('POST', '/_elsewhere/clinician-profiles', { id: clinician, display_name: 'Dr New' })
    // The sandbox sends its events in order, so the first has arrived with the second.
    await product.rest('POST', '/_elsewhere', {
      title: 'The next change',
      start_time: '2030-01-07T10:00:00Z',
      end_time: '2030-01-07T11:00:00Z',
    })
    await stream.next()
    product.takeRequests()
    for (const _ of [1, 2]) expect((await product.query(name)).data.clinician.displayName).toBe('Dr New')
    expect(product.takeRequests()).toEqual([CLINICIANS])
  })
})
