import { expect, test } from 'vitest'
import type { Appointment } from '../../../src/contract/appointment.ts'
import { createRandom } from '../../../src/sandbox/sample/random.ts'
import type { SandboxOptions } from '../../../src/sandbox/server.ts'
import { startProduct } from '../../support/product.ts'

const ROWS = 100
const PAGES = 60
const WRITES = 3
const NOW = new Date('2026-01-05T12:00:00Z')

const PAGE = `query ($first: Int!, $from: DateTime!) {
  appointments(first: $first, filter: { startTime: { gte: $from } }) { nodes { restId clinician { restId } location { restId } } }
}`

interface Node {
  readonly restId: string
  readonly clinician: { readonly restId: string } | null
  readonly location: { readonly restId: string } | null
}

type Place = Pick<Appointment, 'clinician_profile_id' | 'location_id'>

// Five times sixty pages.
test.for<SandboxOptions>([
  { order: 'start_asc' },
  { order: 'start_desc' },
  { order: 'created_desc' },
  { order: 'start_asc', ids: 'uuid', inactive: 'hidden' },
  { order: 'created_desc', overRange: 'clamp' },
])(
  'Under concurrent writes each row of a page names what it named: %j',
  { timeout: 60_000 },
  async (sandbox) => {
    const random = createRandom(7)
    await using product = await startProduct({
      sandbox: { seed: ROWS, clock: () => NOW, ...sandbox },
      gateway: { cacheTtlSeconds: 0, maxUpstreamRequests: 300, now: () => NOW.getTime() },
    })
    const { url, key } = product.upstream
    const rest = async (method: string, target: string, body?: object) => {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
      const response = await fetch(url + target, {
        method,
        headers,
        ...(body && { body: JSON.stringify(body) }),
      })
      return (await response.json()) as { readonly data: never }
    }
    const idsOf = async (path: string): Promise<string[]> =>
      ((await rest('GET', path)).data as { id: string }[]).map(({ id }) => id)
    const clinicians = (await idsOf('/clinician-profiles')) as [string, ...string[]]
    const locations = (await idsOf('/locations')) as [string, ...string[]]
    const rows = new Map<string, Appointment>()
    for (const id of await idsOf('/appointments?limit=100'))
      rows.set(id, (await rest('GET', `/appointments/${id}`)).data)
    const starts = [...rows.values()].map(({ start_time }) => start_time) as [string, ...string[]]
    let spent = 0
    let singly = 0

    for (let page = 0; page < PAGES; page++) {
      const named = new Map([...rows].map(([id, row]) => [id, [row] as Place[]]))
      const variables = { first: random.integer(8, 30), from: random.pick(starts) }
      product.takeRequests()
      const asked = product.query<{ appointments: { nodes: Node[] } }>(PAGE, variables)
      const written = Array.from({ length: WRITES }, async () => {
        const row = random.pick([...rows.values()] as [Appointment, ...Appointment[]])
        const moved = { clinician_profile_id: random.pick(clinicians), location_id: random.pick(locations) }
        named.get(row.id)?.push(moved)
        rows.set(row.id, { ...row, ...moved })
        await rest('PATCH', `/appointments/${row.id}`, moved)
      })
      const { data, errors } = await asked
      await Promise.all(written)
      expect(errors).toBeUndefined()
      spent += product.takeRequests().filter((line) => !line.startsWith('PATCH')).length
      singly += 1 + data.appointments.nodes.length
      for (const { restId, clinician, location } of data.appointments.nodes) {
        const places = named.get(restId) ?? []
        const isNamed = (field: keyof Place, of: Node['clinician']) =>
          places.some((place) => place[field] === (of?.restId ?? null))
        expect([
          restId,
          isNamed('clinician_profile_id', clinician),
          isNamed('location_id', location),
        ]).toEqual([restId, true, true])
      }
    }
    expect(spent).toBeLessThan(singly)
  },
)
