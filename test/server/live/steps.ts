import type { Product } from '../../support/product.ts'
import type { TestStream } from '../../support/stream.ts'

// Random changes of a small clinic: reported by webhooks, made through the gateway, or outside the result of the query.

export const LIVE_DAY = `query Day @live {
  appointments(first: 20, filter: { clinicianId: "cli_1", day: "2030-01-07", timeZone: "UTC" }) {
    totalCount pageInfo { hasNextPage endCursor } nodes { restId title status startTime patient { restId } } } }`
const ONCE = LIVE_DAY.replace(' @live', '')
const CREATE =
  'mutation ($input: CreateAppointmentInput!) { createAppointment(input: $input) { appointment { id } } }'
const UPDATE =
  'mutation ($input: UpdateAppointmentInput!) { updateAppointment(input: $input) { appointment { id } } }'

export type Random = (below: number) => number

/** A seeded generator, so that a failure can be reproduced: mulberry32. */
export function randomOf(seed: number): Random {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

const two = (value: number) => String(value).padStart(2, '0')

/** Makes one change, and returns once it is done. The webhook may still be in flight. */
export async function step(product: Product, ids: string[], random: Random): Promise<void> {
  const day = 7 + (random(3) === 0 ? 1 : 0)
  const [hour, minute] = [8 + random(9), random(4) * 15]
  const start = `2030-01-${two(day)}T${two(hour)}:${two(minute)}:00Z`
  const end = `2030-01-${two(day)}T${two(hour)}:${two(minute + 10)}:00Z`
  const clinician = random(4) === 0 ? 'cli_2' : 'cli_1'
  const title = `Visit ${random(1000)}`
  const id = ids[random(ids.length)]
  const rest = { title, start_time: start, end_time: end, clinician_profile_id: clinician }
  const own = { title, startTime: start, endTime: end, clinicianId: clinician }
  const kind = ids.length < 4 ? 0 : random(8)
  if (kind <= 1 && ids.length < 15) {
    const { body } = await product.rest('POST', '/_elsewhere', rest)
    ids.push(body.data.id)
  } else if (kind === 2 && ids.length < 15) await product.query(CREATE, { input: own })
  else if (kind <= 4) await product.rest('POST', '/_elsewhere', { id, ...rest })
  else if (kind === 5) await product.rest('POST', '/_elsewhere', { id, title })
  else if (kind === 6) await product.query(UPDATE, { input: { id, title } })
  else await product.rest('POST', '/_elsewhere', { id, status: ['cancelled', 'confirmed'][random(2)] })
}

/** The current result of a gateway without a cache. */
export async function freshDay(fresh: Product['query']): Promise<string> {
  const { data, errors } = await fresh(ONCE)
  if (errors !== undefined) throw new Error(JSON.stringify(errors))
  return JSON.stringify(data)
}

/** Reads results until one equals the expected one. Returns how many it has read. */
export async function readUntil(stream: TestStream, wanted: string): Promise<number> {
  for (let count = 1; ; count += 1) {
    const result = await stream.next()
    if (result === undefined) throw new Error('The stream has ended')
    if (JSON.stringify(result.data) === wanted) return count
  }
}
