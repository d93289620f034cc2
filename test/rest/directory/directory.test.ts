import { describe, expect, test } from 'vitest'
import { bypassingCache } from '../../../src/rest/pipe/pipe.ts'
import { NOON, operationOf, startRest } from '../../support/rest.ts'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'

const FIRST = { offset: 0, limit: 100 }
const ROW = { id: 'a', name: 'Maya', last_name: 'Lindqvist' }
const WITHOUT_WAITS = { wait: async () => {}, random: () => 0 }

async function start(options: Parameters<typeof startRest>[1] = {}) {
  const upstream = await startScriptedUpstream(({ line }) => ({
    body: { data: line.includes('?') ? [ROW] : ROW, meta: { has_more: false } },
  }))
  const rest = startRest(upstream.url, { retry: WITHOUT_WAITS, ...options })
  return {
    rest,
    lines: () => upstream.requests.map(({ line }) => line),
    async [Symbol.asyncDispose]() {
      await rest[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

describe('Reads of people and places', () => {
  test('A read that has to be fresh bypasses the cache', async () => {
    await using started = await start()
    const { directory } = started.rest
    const by = operationOf()
    for (const operation of [by, by, bypassingCache(by)])
      await directory.list('Clinician', {}, FIRST, operation)
    expect(started.lines()).toHaveLength(2)
    expect(directory.hasCachedList('Clinician', {}, FIRST, by)).toBe(true)
    expect(directory.hasCachedList('Clinician', { isActive: true }, FIRST, by)).toBe(false)
  })

  test('Views of one account share cached lists of places, but none of patients', async () => {
    await using started = await start()
    const { directory } = started.rest
    for (const view of ['one', 'other']) {
      const by = { ...operationOf(), view }
      await directory.list('Location', {}, FIRST, by)
      await directory.retrieve('Patient', 'a', by)
      await directory.list('Patient', { search: 'Lindqvist' }, FIRST, by)
    }
    await directory.list('Location', {}, FIRST, operationOf('b'))
    const patient = ['GET /patients/a', 'GET /patients?search=Lindqvist&limit=100&offset=0']
    expect(started.lines()).toEqual([
      'GET /locations?limit=100&offset=0',
      ...patient,
      ...patient,
      'GET /locations?limit=100&offset=0',
    ])
  })

  test('Places, patients and appointments have different TTLs', async () => {
    let now = NOON
    await using started = await start({ now: () => now, cacheTtlMs: 10_000, directoryTtlMs: 60_000 })
    const { directory, appointments } = started.rest
    async function readAll() {
      await directory.retrieve('AppointmentType', 'a', operationOf())
      await directory.retrieve('Patient', 'a', operationOf())
      await appointments.retrieve('a', operationOf())
      return started.lines().length
    }
    const counts: number[] = []
    for (const seconds of [0, 9, 2, 48, 1]) {
      now += seconds * 1000
      counts.push(await readAll())
    }
    expect(counts).toEqual([3, 3, 5, 7, 8])
  })

  test('A write of a patient invalidates it and the lists of patients only', async () => {
    await using started = await start()
    const { directory, appointments } = started.rest
    const by = operationOf()
    const reads = [
      () => directory.retrieve('Patient', 'a', by),
      () => directory.list('Patient', {}, FIRST, by),
      () => directory.retrieve('Clinician', 'a', by),
      () => appointments.retrieve('a', by),
    ]
    for (const read of reads) await read()
    await directory.updatePatient('a', { lastName: 'Lind' }, by)
    for (const read of reads) await read()
    expect(started.lines().slice(4)).toEqual([
      'PATCH /patients/a',
      'GET /patients/a',
      'GET /patients?limit=100&offset=0',
    ])
  })

  test('A write of an appointment invalidates no patient', async () => {
    await using started = await start()
    const { directory, appointments } = started.rest
    const by = operationOf()
    await directory.retrieve('Patient', 'a', by)
    await appointments.update('a', { title: 'Other' }, by)
    await directory.retrieve('Patient', 'a', by)
    expect(started.lines()).toEqual(['GET /patients/a', 'PATCH /appointments/a'])
  })

  test('An id with path characters is encoded', async () => {
    await using started = await start()
    await expect(started.rest.directory.retrieve('Patient', '../x?y', operationOf())).rejects.toThrow()
    expect(started.lines()).toEqual(['GET /patients/..%2Fx%3Fy'])
  })
})
