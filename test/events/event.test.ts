import { describe, expect, test } from 'vitest'
import { readDelivery } from '../../src/events/event.ts'
import { eventBody, eventObject } from '../support/events.ts'

function read(text: string, encoding: BufferEncoding = 'utf8') {
  return readDelivery(Buffer.from(text, encoding))
}

function eventIn(text: string, encoding: BufferEncoding = 'utf8') {
  const event = read(text, encoding)?.event
  if (typeof event !== 'object') throw new Error(`No event: ${event}`)
  return event
}

describe('A delivery', () => {
  test("An event has its appointment now and before, with the product's field names", () => {
    const body = eventBody({
      id: 'evt_1',
      type: 'appointment.rescheduled',
      object: eventObject('apt_1'),
      previous: eventObject('apt_1', { start_time: '2026-01-05T08:00:00+00:00' }),
    })
    expect(read(body)?.organisation).toBe('org_sandbox')
    expect(eventIn(body)).toMatchObject({
      id: 'evt_1',
      kind: 'rescheduled',
      createdAt: '2026-01-05T12:00:00.5Z',
      now: { id: 'apt_1', clinicianId: 'cli_1', startTime: '2026-01-05T09:00:00Z', status: 'confirmed' },
      before: { id: 'apt_1', clinicianId: 'cli_1', startTime: '2026-01-05T08:00:00Z' },
    })
  })

  test('A new appointment has no previous state; without `previous` it is not known', () => {
    const created = eventBody({ type: 'appointment.created', object: eventObject('a'), previous: null })
    expect(eventIn(created).before).toBeNull()
    expect(eventIn(eventBody({ object: eventObject('a') })).before).toBeUndefined()
    expect(eventIn(eventBody({ object: eventObject('a'), previous: null })).before).toBeUndefined()
  })

  test('A `previous` without an id has the changed fields, one with an id the old state', () => {
    const changed = eventIn(eventBody({ object: eventObject('a'), previous: { title: 'Old' } }))
    expect(changed.before).toMatchObject({ id: 'a', title: 'Old', clinicianId: 'cli_1' })
    const whole = eventIn(eventBody({ object: eventObject('a'), previous: { id: 'a', title: 'Old' } }))
    expect(whole.before).toEqual({ id: 'a', title: 'Old' })
  })

  test('An invalid value of a field is left out', () => {
    const { now } = eventIn(
      eventBody({
        object: eventObject('a', { status: 'teleported', clinician_profile_id: '../x', title: 7 }),
      }),
    )
    expect([now.status, now.clinicianId, now.title]).toEqual([undefined, undefined, undefined])
    expect(now.patientId).toBe('pat_1')
  })

  test.for<[string, unknown]>([
    ['no id', { ...eventObject('a'), id: undefined }],
    ['an id that breaks the pattern', eventObject('a/../b')],
    ['no object', 'text'],
  ])('With %s the event is unreadable', ([, object]) => {
    expect(read(eventBody({ object }))?.event).toBe('unreadable')
  })

  test('An event without its own id or time is unreadable', () => {
    expect(read(eventBody({ id: '', object: eventObject('a') }))?.event).toBe('unreadable')
    expect(read(eventBody({ created_at: 'yesterday', object: eventObject('a') }))?.event).toBe('unreadable')
  })

  test('An event of an unknown type is about no appointment', () => {
    expect(read(eventBody({ type: 'patient.updated', object: {} }))?.event).toBe('other')
    expect(read(eventBody({ type: 'appointment.teleported', object: eventObject('a') }))?.event).toBe('other')
  })

  test.for(['', 'null', '[]', '"text"', '{', '{"id":"evt_1"}', '{"type":7}'])(
    '%j is not an event',
    (text) => {
      expect(read(text)).toBeUndefined()
    },
  )

  test('A byte-order mark changes nothing', () => {
    expect(eventIn(`\ufeff${eventBody({ object: eventObject('a') })}`).now.id).toBe('a')
  })

  test('An event in latin-1 counts, without its texts that are not ASCII', () => {
    const { now } = eventIn(
      eventBody({ object: eventObject('a', { title: 'Müller', attendee_name: 'Ada' }) }),
      'latin1',
    )
    expect([now.id, now.title, now.attendeeName]).toEqual(['a', undefined, 'Ada'])
  })
})
