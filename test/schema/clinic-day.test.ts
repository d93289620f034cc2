import { describe, expect, test } from 'vitest'
import { deliver, eventBody, eventObject, SECRET } from '../support/events.ts'
import { startGateway } from '../support/gateway.ts'
import { type Product, startProduct } from '../support/product.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'
import { subscribe } from '../support/stream.ts'

/** The seconds around the two midnights of 29 March 2026 in London, and around its skipped hour. */
const AROUND = [
  '2026-03-28T23:59:59Z',
  '2026-03-29T00:00:00Z',
  '2026-03-29T01:00:00Z',
  '2026-03-29T22:59:59Z',
  '2026-03-29T23:00:00Z',
]

async function startWith(startTimes: readonly string[], options: { clinicTimeZone?: string } = {}) {
  const product = await startProduct({ sandbox: { seed: 0 }, gateway: options })
  for (const startTime of startTimes) {
    const end = new Date(Date.parse(startTime) + 1_800_000).toISOString()
    const fields = { title: startTime, start_time: startTime, end_time: end, patient_id: 'pat_1' }
    const { status } = await product.rest('POST', '/appointments', fields)
    expect(status).toBe(201)
  }
  return product
}

async function titlesOf(product: Product, filter: string): Promise<string[]> {
  const { data, errors } = await product.query(`{ appointments(filter: ${filter}) { nodes { title } } }`)
  expect(errors).toBeUndefined()
  return data.appointments.nodes.map(({ title }: { title: string }) => title)
}

describe('The day of a clinic', () => {
  test('Seven days cost one request, over a clock change too', async () => {
    await using product = await startWith(AROUND)
    const days = ['26', '27', '28', '29', '30', '31'].map((day) => `2026-03-${day}`).concat('2026-04-01')
    const lists = days.map(
      (day, index) => `d${index}: appointments(filter: { day: "${day}" }) { nodes { title } }`,
    )
    const { data } = await product.query(`{ ${lists.join(' ')} }`)
    const titles = Object.values<{ nodes: { title: string }[] }>(data).map(({ nodes }) =>
      nodes.map(({ title }) => title),
    )
    expect(titles).toEqual([[], [], AROUND.slice(0, 1), AROUND.slice(1, 4), AROUND.slice(4), [], []])
    expect(product.takeRequests()).toEqual([
      'GET /appointments?date_gte=2026-03-26T00%3A00%3A00Z&date_lte=2026-04-01T22%3A59%3A59.999Z&limit=100&offset=0',
    ])
  })

  test('A day is its range of instants, in the given zone or that of the clinic', async () => {
    await using product = await startWith([], { clinicTimeZone: 'Australia/Lord_Howe' })
    await titlesOf(product, '{ day: "2024-04-07" }')
    await titlesOf(product, '{ day: "2024-04-07", timeZone: "asia/kathmandu" }')
    await titlesOf(product, '{ day: "2024-04-07", timeZone: null, startTime: null }')
    const range = 'date_gte=2024-04-06T13%3A00%3A00Z&date_lte=2024-04-07T13%3A29%3A59.999Z'
    expect(product.takeRequests()).toEqual([
      `GET /appointments?${range}&limit=28&offset=0`,
      'GET /appointments?date_gte=2024-04-06T18%3A15%3A00Z&date_lte=2024-04-07T18%3A14%3A59.999Z&limit=28&offset=0',
    ])
  })

  test('The same day as a range is cached, and a null day has no effect', async () => {
    await using product = await startWith(AROUND)
    const range = '{ gte: "2026-03-29T00:00:00Z", lte: "2026-03-29T22:59:59.999Z" }'
    expect(await titlesOf(product, `{ startTime: ${range} }`)).toEqual(AROUND.slice(1, 4))
    product.takeRequests()
    expect(await titlesOf(product, '{ day: "2026-03-29" }')).toEqual(AROUND.slice(1, 4))
    expect(product.takeRequests()).toEqual([])
    expect(await titlesOf(product, '{ day: null, timeZone: null }')).toEqual(AROUND)
  })

  test('A cursor belongs to the range, so a day and its range share cursors', async () => {
    await using product = await startWith(AROUND)
    const page = (filter: string, after: string) =>
      product.query(
        `{ appointments(first: 1, ${after}, filter: ${filter}) { nodes { title } pageInfo { endCursor } } }`,
      )
    const first = await page('{ day: "2026-03-29" }', 'after: null')
    const after = `after: "${first.data.appointments.pageInfo.endCursor}"`
    const range = '{ startTime: { gte: "2026-03-29T00:00:00Z", lte: "2026-03-29T22:59:59.999Z" } }'
    for (const filter of ['{ day: "2026-03-29" }', range]) {
      const { data } = await page(filter, after)
      expect(data.appointments.nodes).toEqual([{ title: AROUND[2] }])
    }
    const { errors } = await page('{ day: "2026-03-29", timeZone: "Europe/Paris" }', after)
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'after' })
  })

  test('The appointments of a patient on a day cost one request', async () => {
    await using product = await startWith(AROUND)
    const { data } = await product.query(
      '{ patient(id: "pat_1") { appointments(filter: { day: "2026-03-30" }) { nodes { title } } } }',
    )
    expect(data.patient.appointments.nodes).toEqual([{ title: AROUND[4] }])
    expect(product.takeRequests()).toEqual([
      'GET /appointments?patient_id=pat_1&date_gte=2026-03-29T23%3A00%3A00Z&date_lte=2026-03-30T22%3A59%3A59.999Z&limit=28&offset=0',
    ])
  })

  test('A subscriber to a day receives what enters it and what leaves it', async () => {
    await using product = await startProduct({ gateway: { webhooks: { secrets: [{ secret: SECRET }] } } })
    await using stream = await subscribe(product.url, {
      query:
        'subscription { appointmentChanged(filter: { day: "2026-03-29" }) { movement appointment { localStart } } }',
    })
    const deliverMove = (start: string, before: string, second: number) =>
      deliver(
        product.url,
        eventBody({
          object: eventObject('a', { start_time: start, updated_at: `2026-03-28T12:00:0${second}Z` }),
          previous: eventObject('a', { start_time: before }),
        }),
      )
    await deliverMove('2026-03-29T22:59:59Z', '2026-03-29T23:00:00Z', 1)
    await deliverMove('2026-03-29T23:00:00Z', '2026-03-29T22:59:59Z', 2)
    const changes = [await stream.next(), await stream.next()].map((part) => part?.data.appointmentChanged)
    expect(changes).toEqual([
      { movement: 'ENTERED', appointment: { localStart: '2026-03-29T23:59:59+01:00' } },
      { movement: 'LEFT', appointment: { localStart: '2026-03-30T00:00:00+01:00' } },
    ])
    expect(product.takeRequests()).toEqual([])
  })

  test('The estimate of a day is that of its range', async () => {
    await using product = await startWith([])
    const estimateOf = async (filter: string) =>
      (
        await product.query(
          `{ appointments(first: 20, filter: ${filter}) { nodes { localStart localEnd } } }`,
          {},
          { 'x-estimate-only': '1' },
        )
      ).extensions
    expect(await estimateOf('{ day: "2026-03-29" }')).toMatchObject({ estimate: { min: 1, max: 1 } })
    // The gateway would refuse the operation, so it costs nothing.
    expect(await estimateOf('{ timeZone: "UTC" }')).toMatchObject({ estimate: { min: 0, max: 0 } })
  })

  test('A gateway does not start with an unknown zone', async () => {
    await expect(
      startGateway({ url: 'http://127.0.0.1:1', clinicTimeZone: 'Europe/Londres' }),
    ).rejects.toThrow('clinicTimeZone')
  })
})

describe('The local time of an appointment', () => {
  test('It is in the zone of the clinic or the requested one, at no cost in a list', async () => {
    await using product = await startWith(['2026-03-29T00:45:00Z'])
    const { data } = await product.query(
      '{ appointments { nodes { localStart localEnd there: localStart(timeZone: "Asia/Kathmandu") } } }',
    )
    expect(data.appointments.nodes).toEqual([
      {
        localStart: '2026-03-29T00:45:00+00:00',
        localEnd: '2026-03-29T02:15:00+01:00',
        there: '2026-03-29T06:30:00+05:45',
      },
    ])
    expect(product.takeRequests()).toEqual(['GET /appointments?limit=28&offset=0'])
  })

  test('Where the instant can not be read, it has the same error', async () => {
    const row = { id: 'a', title: 't', start_time: 'soon', end_time: null }
    await using upstream = await startScriptedUpstream(() => ({
      body: { data: [row], meta: { has_more: false } },
    }))
    await using gateway = await startGateway({ url: upstream.url, key: 'k' })
    const { data, errors } = await gateway.query(
      '{ appointments { nodes { startTime localStart endTime localEnd } } }',
    )
    expect(data.appointments.nodes).toEqual([
      { startTime: null, localStart: null, endTime: null, localEnd: null },
    ])
    const [instant, local, ...more] = errors ?? []
    expect(instant?.path?.at(-1)).toBe('startTime')
    expect(local?.path?.at(-1)).toBe('localStart')
    expect({ ...local, path: undefined, locations: undefined }).toEqual({
      ...instant,
      path: undefined,
      locations: undefined,
    })
    expect(more).toEqual([])
    expect(upstream.requests).toHaveLength(1)
  })

  test('It has the price of its instant', async () => {
    await using product = await startWith([])
    const estimateOf = async (field: string) =>
      (
        await product.query(
          `mutation { updateAppointment(input: { id: "a", title: "t" }) { appointment { ${field} } } }`,
          {},
          { 'x-estimate-only': '1' },
        )
      ).extensions
    for (const field of ['startTime', 'localStart', 'endTime', 'localEnd(timeZone: "UTC")'])
      expect(await estimateOf(field)).toMatchObject({ estimate: { min: 1, max: 2 } })
    expect(await estimateOf('id')).toMatchObject({ estimate: { min: 1, max: 1 } })
  })

  test('A new appointment has it without a further request', async () => {
    await using product = await startWith([])
    const { data } = await product.query(
      `mutation { createAppointment(input: { title: "T", startTime: "2026-07-01T08:00:00Z", endTime: "2026-07-01T08:30:00Z" }) {
        appointment { localStart localEnd }
      } }`,
    )
    expect(data.createAppointment.appointment).toEqual({
      localStart: '2026-07-01T09:00:00+01:00',
      localEnd: '2026-07-01T09:30:00+01:00',
    })
    expect(product.takeRequests()).toEqual(['POST /appointments'])
  })
})

describe('The day of a site', () => {
  const DAY = '2026-03-29'
  const LOCATIONS = 'GET /locations?limit=100&offset=0'
  /** Midnight to midnight in New York. */
  const NEW_YORK = 'date_gte=2026-03-29T04%3A00%3A00Z&date_lte=2026-03-30T03%3A59%3A59.999Z'
  const LONDON = 'date_gte=2026-03-29T00%3A00%3A00Z&date_lte=2026-03-29T22%3A59%3A59.999Z'

  /** A clinic whose first location is in another zone. */
  async function startSites(timezone: string | null | undefined, status = 200) {
    const upstream = await startScriptedUpstream(({ line }) => {
      if (line.startsWith('GET /appointments')) return { body: { data: [], meta: { has_more: false } } }
      if (status !== 200) return { status, body: { data: null, error: { code: 'NOPE', message: '-' } } }
      return { body: { data: [{ id: 'loc_1', name: 'North', timezone }], meta: { has_more: false } } }
    })
    const gateway = await startGateway({
      url: upstream.url,
      key: 'k',
      webhooks: { secrets: [{ secret: SECRET }] },
    })
    return {
      gateway,
      lines: () => upstream.requests.map(({ line }) => line),
      async [Symbol.asyncDispose]() {
        await gateway[Symbol.asyncDispose]()
        await upstream[Symbol.asyncDispose]()
      },
    }
  }

  test('Its own zone decides when it is, and seven of its days cost two requests', async () => {
    await using clinic = await startSites('America/New_York')
    const filter = `{ day: "${DAY}", locationId: "loc_1" }`
    const { errors } = await clinic.gateway.query(`{ appointments(filter: ${filter}) { nodes { id } } }`)
    expect(errors).toBeUndefined()
    const query = `location_id=loc_1&${NEW_YORK}&limit=28&offset=0`
    expect(clinic.lines()).toEqual([LOCATIONS, `GET /appointments?${query}`])
    await using another = await startSites('America/New_York')
    const days = [1, 2, 3, 4, 5, 6, 7].map(
      (day) =>
        `d${day}: appointments(filter: { day: "2026-04-0${day}", locationId: "loc_1" }) { nodes { id } }`,
    )
    await another.gateway.query(`{ ${days.join(' ')} }`)
    expect(another.lines()).toHaveLength(2)
  })

  test('So it does where the site is the parent of the list; a given zone wins', async () => {
    await using clinic = await startSites('America/New_York')
    const list = (filter: string) =>
      `{ location(id: "loc_1") { appointments(filter: ${filter}) { nodes { id } } } }`
    await clinic.gateway.query(list(`{ day: "${DAY}" }`))
    await clinic.gateway.query(list(`{ day: "${DAY}", timeZone: "Europe/London" }`))
    expect(clinic.lines()).toEqual([
      LOCATIONS,
      `GET /appointments?location_id=loc_1&${NEW_YORK}&limit=28&offset=0`,
      `GET /appointments?location_id=loc_1&${LONDON}&limit=28&offset=0`,
    ])
  })

  test.each([
    ['names no zone', null, 200],
    ['names none that there is', 'Mars/Olympus', 200],
    ['may not be read by the key', undefined, 403],
    ['is of an upstream that has no such list', undefined, 404],
  ])("Where a site %s, the clinic's clocks say", async (_name, timezone, status) => {
    await using clinic = await startSites(timezone, status)
    const filter = `{ day: "${DAY}", locationId: "loc_1" }`
    const { errors } = await clinic.gateway.query(`{ appointments(filter: ${filter}) { nodes { id } } }`)
    expect(errors).toBeUndefined()
    expect(clinic.lines().at(-1)).toContain(LONDON)
  })

  test('Where its zone can not be read now, the list fails and guesses nothing', async () => {
    await using clinic = await startSites(undefined, 500)
    const filter = `{ day: "${DAY}", locationId: "loc_1" }`
    const { data, errors } = await clinic.gateway.query(
      `{ appointments(filter: ${filter}) { nodes { id } } }`,
    )
    expect([data.appointments, errors?.map(({ extensions }) => extensions.code)]).toEqual([null, ['NOPE']])
    expect(clinic.lines().filter((line) => line.startsWith('GET /appointments'))).toEqual([])
  })

  test('A page size that is invalid is refused before its zone is read', async () => {
    await using clinic = await startSites('America/New_York')
    const filter = `{ day: "${DAY}", locationId: "loc_1" }`
    for (const size of ['first: -1', 'last: 501', 'first: 1, last: 1']) {
      const { errors } = await clinic.gateway.query(
        `{ appointments(${size}, filter: ${filter}) { nodes { id } } }`,
      )
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT'])
    }
    expect(clinic.lines()).toEqual([])
  })

  test('A subscription to its day receives what begins on it', async () => {
    await using clinic = await startSites('America/New_York')
    await using stream = await subscribe(clinic.gateway.url, {
      query: `subscription { appointmentChanged(filter: { day: "${DAY}", locationId: "loc_1" }) {
        movement appointment { restId } } }`,
    })
    // In New York the first one is on the 28th, and the second one late on the 29th.
    for (const [id, start] of [
      ['apt_before', '2026-03-29T03:59:59Z'],
      ['apt_late', '2026-03-30T03:30:00Z'],
    ] as const) {
      const object = eventObject(id, { start_time: start, end_time: start })
      expect(await deliver(clinic.gateway.url, eventBody({ type: 'appointment.created', object }))).toBe(204)
    }
    expect((await stream.next())?.data.appointmentChanged).toEqual({
      movement: 'ENTERED',
      appointment: { restId: 'apt_late' },
    })
  })

  test('An estimate counts the read of the locations', async () => {
    await using clinic = await startSites('America/New_York')
    const filter = `{ day: "${DAY}", locationId: "loc_1" }`
    const { extensions } = await clinic.gateway.query(
      `{ appointments(filter: ${filter}) { nodes { id } } }`,
      {},
      { 'x-estimate-only': '1' },
    )
    // Before the zone is read, it is unknown whether the list is cached.
    expect(extensions).toMatchObject({ estimate: { min: 0 } })
    expect((extensions as unknown as { estimate: { max: number } }).estimate.max).toBeGreaterThan(2)
    expect(clinic.lines()).toEqual([])
  })
})
