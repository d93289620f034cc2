import { describe, expect, test } from 'vitest'
import { bearer, TOKENS } from '../../support/tokens.ts'
import { changeIn, NOON, startLive } from './live.ts'

const QUERY =
  'subscription ($filter: AppointmentFilter) { appointmentChanged(filter: $filter) { movement kind appointment { restId title patient { restId } } } }'
const EXP = NOON / 1000 + 3600
const OTHERS = { patient_id: 'pat_2' }
const SECRETIVE = { patient_id: 'pat_2', title: 'Not for you' }

/** A gateway that checks tokens, and a caller that is narrowed to patient `pat_1`. */
async function startNarrowed() {
  const live = await startLive({ tokens: TOKENS })
  const caller = await bearer({ sub: 'p', exp: EXP, scope: 'appointments:read', patient_id: 'pat_1' })
  return { live, caller, [Symbol.asyncDispose]: () => live[Symbol.asyncDispose]() }
}

describe('A narrowed subscriber', () => {
  test('It gets changes of its own appointments, and of no others', async () => {
    await using clinic = await startNarrowed()
    const { live, caller } = clinic
    await using stream = await live.subscribe(QUERY, {}, caller)
    await live.deliverEvent('x', { now: SECRETIVE, before: OTHERS })
    await live.deliverEvent('y', { type: 'appointment.created', now: SECRETIVE, before: null })
    await live.deliverEvent('a', { now: { title: 'Mine' } })
    expect(changeIn(await stream.next())).toEqual({
      movement: 'CHANGED',
      kind: 'UPDATED',
      appointment: { restId: 'a', title: 'Mine', patient: { restId: 'pat_1' } },
    })
    expect(stream.text()).not.toContain('Not for you')
    expect(live.takeRequests()).toEqual([])
  })

  test('Of an appointment that is no longer its own it gets only the id, at no cost', async () => {
    await using clinic = await startNarrowed()
    const { live, caller } = clinic
    await using stream = await live.subscribe(QUERY, {}, caller)
    await live.deliverEvent('a', { now: SECRETIVE })
    const result = await stream.next()
    expect(result?.data).toEqual({
      appointmentChanged: {
        movement: 'LEFT',
        kind: 'UPDATED',
        appointment: { restId: 'a', title: null, patient: null },
      },
    })
    expect(result?.errors?.map(({ path, extensions }) => [path?.at(-1), extensions.code])).toEqual([
      ['title', 'NOT_FOUND'],
      ['patient', 'NOT_FOUND'],
    ])
    expect(stream.text()).not.toContain('Not for you')
    expect(stream.text()).not.toContain('pat_2')
    expect(live.takeRequests()).toEqual([])
  })

  test('Where an event does not contain the owner, the appointment is read first', async () => {
    await using clinic = await startNarrowed()
    const { live, caller } = clinic
    await using stream = await live.subscribe(QUERY, {}, caller)
    await live.deliverEvent('missing', {
      now: { patient_id: undefined, title: 'Not for you' },
      before: OTHERS,
    })
    await live.deliverEvent('a', { now: { patient_id: undefined, title: 'Mine' } })
    expect(changeIn(await stream.next())).toMatchObject({ movement: 'CHANGED', appointment: { restId: 'a' } })
    expect(live.takeRequests()).toEqual(['GET /appointments/missing', 'GET /appointments/a'])
    expect(stream.text()).not.toContain('Not for you')
  })

  test('A filter for another patient matches no change', async () => {
    await using clinic = await startNarrowed()
    const { live, caller } = clinic
    await using stream = await live.subscribe(QUERY, { filter: { patientId: 'pat_2' } }, caller)
    await using own = await live.subscribe(QUERY, { filter: { patientId: 'pat_1' } }, caller)
    await live.deliverEvent('x', { now: SECRETIVE, before: OTHERS })
    await live.deliverEvent('a')
    expect(changeIn(await own.next()).appointment.restId).toBe('a')
    await live.deliverEvent('x', { now: { title: 'Mine now' }, before: OTHERS })
    expect(changeIn(await own.next())).toMatchObject({
      movement: 'ENTERED',
      appointment: { title: 'Mine now' },
    })
    expect(stream.text()).not.toContain('data')
  })

  test('Two callers with the same document each get their own appointments', async () => {
    await using clinic = await startNarrowed()
    const { live, caller } = clinic
    const other = await bearer({ sub: 'q', exp: EXP, scope: 'appointments:read', patient_id: 'pat_2' })
    const staff = await bearer({ sub: 's', exp: EXP, scope: 'appointments:read' })
    await using mine = await live.subscribe(QUERY, {}, caller)
    await using theirs = await live.subscribe(QUERY, {}, other)
    await using all = await live.subscribe(QUERY, {}, staff)
    await live.deliverEvent('a', { now: { title: 'Mine' } })
    await live.deliverEvent('x', { now: { ...OTHERS, title: 'Theirs' }, before: OTHERS })
    expect(changeIn(await mine.next()).appointment.title).toBe('Mine')
    expect(changeIn(await theirs.next()).appointment.title).toBe('Theirs')
    expect([changeIn(await all.next()), changeIn(await all.next())]).toMatchObject([
      { appointment: { title: 'Mine' } },
      { appointment: { title: 'Theirs' } },
    ])
    expect(mine.text()).not.toContain('Theirs')
    expect(theirs.text()).not.toContain('Mine')
  })
})
