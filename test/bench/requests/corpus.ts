import { type DocumentNode, print } from 'graphql'
import type { SandboxOptions } from '../../../src/sandbox/server.ts'
import {
  AppointmentByIdDocument,
  AppointmentPageDocument,
  CancelAppointmentDocument,
  CountAppointmentsDocument,
} from '../../client/generated/graphql.ts'
import type { GraphQLRequest } from '../../support/ask.ts'
import type { Product } from '../../support/product.ts'
import { composedDay, composedNames, composedOne, composedPage, composedWeek } from '../composed/documents.ts'

/** An operation of a frontend and its upstream requests. */
export interface Case {
  readonly name: string
  readonly sandbox?: SandboxOptions
  readonly prepare: (rest: Product['rest']) => Promise<PreparedCase>
  /** The reason why our gateway needs more than the minimum, if it does. */
  readonly whyNot?: string
}

export interface PreparedCase {
  /** Operations to send first, one after the other. The cache expires between them and `requests`. */
  readonly before?: readonly GraphQLRequest[]
  /** Operations to send concurrently. */
  readonly requests: readonly GraphQLRequest[]
  /** The equivalent documents for the composed gateway, one for each of `requests`, if there are any. */
  readonly composed?: string
  /** Exactly the upstream requests of our gateway for `requests`, in any order. */
  readonly upstream: readonly string[]
  /** The fewest documented requests that can prove the result, for a list of any length. */
  readonly minimum: number
}

/** A Monday. */
export const NOW = new Date('2026-01-05T08:00:00Z')
const DAYS = ['05', '06', '07', '08', '09', '10', '11'].map((day) => `2026-01-${day}`)
const TABS = ['PENDING', 'CONFIRMED', 'SCHEDULED', 'CANCELLED']

/** Each case runs over 500 sample rows unless its `sandbox` says otherwise. */
export const CORPUS: readonly Case[] = [
  {
    name: 'one by id, all 24 fields',
    prepare: async (rest) => {
      const [{ id }] = await someRows(rest, 1)
      return {
        requests: [requestOf(AppointmentByIdDocument, { id })],
        composed: composedOne(id),
        upstream: [`GET /appointments/${id}`],
        minimum: 1,
      }
    },
  },
  {
    name: '50 aliases of 25 ids',
    prepare: async (rest) => {
      const rows = await someRows(rest, 25)
      const alias = (_: unknown, index: number) =>
        `a${index}: appointment(id: "${rows[index % 25]?.id}") { title attendeeName }`
      return {
        requests: [{ query: `{ ${Array.from({ length: 50 }, alias).join(' ')} }` }],
        upstream: rows.map(({ id }) => `GET /appointments/${id}`),
        minimum: 25,
      }
    },
  },
  {
    name: 'a page of 50',
    prepare: async () => ({
      requests: [requestOf(AppointmentPageDocument, { first: 50 })],
      composed: composedPage(50),
      upstream: ['GET /appointments?limit=58&offset=0'],
      minimum: 1,
    }),
  },
  {
    name: 'a page of 50 of one clinician, with the clinician',
    prepare: async (rest) => {
      const clinician = (await wholeOf(rest, 1))[0]?.clinician_profile_id
      return {
        requests: [
          {
            query:
              'query ($of: ID!) { appointments(first: 50, filter: { clinicianId: $of }) { nodes { title clinician { restId } } } }',
            variables: { of: clinician },
          },
        ],
        upstream: [`GET /appointments?clinician_id=${clinician}&limit=58&offset=0`],
        minimum: 1,
      }
    },
  },
  ...(['summary', 'full'] as const).map((listRows) => ({
    name: `a page of 50 with the clinicians, list rows ${listRows}`,
    sandbox: { listRows },
    prepare: async (rest: Product['rest']) => {
      const clinicians = listRows === 'full' ? [] : [DIRECTORY, ...(await facetsOf(rest, 50))]
      return {
        requests: [{ query: '{ appointments(first: 50) { nodes { title clinician { restId } } } }' }],
        upstream: ['GET /appointments?limit=58&offset=0', ...clinicians],
        minimum: listRows === 'full' ? 1 : 6,
      }
    },
  })),
  ...[50, 100].map((first) => ({
    name: `a page of ${first} with the names of the clinicians`,
    prepare: async (rest: Product['rest']) => ({
      requests: [{ query: namesOf(first) }],
      composed: composedNames(first, 'summary'),
      upstream: [
        `GET /appointments?limit=${Math.min(first + 8, 100)}&offset=0`,
        DIRECTORY,
        ...(await facetsOf(rest, first)),
      ],
      minimum: 6,
    }),
  })),
  {
    name: 'a page of 50 with the names of the clinicians, list rows full, again',
    sandbox: { listRows: 'full' },
    prepare: async () => ({
      before: [{ query: namesOf(50) }],
      requests: [{ query: namesOf(50) }],
      composed: composedNames(50, 'full'),
      upstream: ['GET /appointments?limit=58&offset=0'],
      minimum: 1,
    }),
  },
  ...[false, true].map((isWarm) => ({
    name: `a clinician's day at a site, with both names${isWarm ? ', again' : ''}`,
    prepare: async (rest: Product['rest']) => {
      const { clinician_profile_id: clinician, location_id: location } = await visitAtASite(rest)
      const query = `query ($of: ID!, $at: ID!) { appointments(first: 50, filter: {
        clinicianId: $of, locationId: $at, startTime: { gte: "2026-01-05T00:00:00Z", lte: "2026-01-05T23:59:59Z" }
      }) { nodes { title startTime clinician { displayName } location { name townCity } } } }`
      const request = { query, variables: { of: clinician, at: location } }
      return {
        before: isWarm ? [request] : [],
        requests: [request],
        composed: composedDay('2026-01-05', [clinician ?? '', location ?? '']),
        upstream: [
          `GET /appointments?clinician_id=${clinician}&location_id=${location}&date_gte=2026-01-05T00:00:00Z&date_lte=2026-01-05T23:59:59Z&limit=58&offset=0`,
          ...(isWarm ? [] : [DIRECTORY, 'GET /locations?limit=100&offset=0']),
        ],
        minimum: isWarm ? 1 : 3,
      }
    },
  })),
  {
    name: 'the seven days of a week, with both names, list rows full',
    sandbox: { listRows: 'full' },
    prepare: async () => {
      const day = (date: string, index: number) =>
        `d${index}: appointments(first: 50, filter: { startTime: { gte: "${date}T00:00:00Z", lte: "${date}T23:59:59Z" } }) { nodes { title clinician { displayName } location { name } } }`
      return {
        requests: [{ query: `{ ${DAYS.map(day).join(' ')} }` }],
        composed: composedWeek(DAYS),
        upstream: [
          'GET /appointments?date_gte=2026-01-05T00:00:00Z&date_lte=2026-01-11T23:59:59Z&limit=100&offset=0',
          DIRECTORY,
          'GET /locations?limit=100&offset=0',
        ],
        minimum: 3,
      }
    },
  },
  {
    name: "40 appointments with their patients' three latest",
    sandbox: { order: 'start_desc' },
    prepare: async (rest) => {
      const patients = new Set((await someRows(rest, 40)).map(({ patient_id }) => patient_id))
      return {
        requests: [
          {
            query:
              '{ appointments(first: 40) { nodes { restId patient { restId appointments(first: 3) { nodes { restId startTime } } } } } }',
          },
        ],
        upstream: [
          'GET /appointments?limit=48&offset=0',
          ...[...patients].map((id) => `GET /appointments?patient_id=${id}&limit=11&offset=0`),
        ],
        minimum: 35,
      }
    },
  },
  {
    name: 'the seven days of a week',
    prepare: async () => {
      const day = (date: string, index: number) =>
        `d${index}: appointments(first: 50, filter: { startTime: { gte: "${date}T00:00:00Z", lte: "${date}T23:59:59Z" } }) { nodes { restId title startTime } }`
      const upstream =
        'GET /appointments?date_gte=2026-01-05T00:00:00Z&date_lte=2026-01-11T23:59:59Z&limit=100&offset=0'
      return { requests: [{ query: `{ ${DAYS.map(day).join(' ')} }` }], upstream: [upstream], minimum: 1 }
    },
  },
  {
    name: 'the four status tabs of a day',
    prepare: async () => {
      const tab = (status: string) =>
        `${status}: appointments(first: 50, filter: { status: [${status}], startTime: { gte: "2026-01-05T00:00:00Z", lte: "2026-01-05T23:59:59Z" } }) { nodes { restId title status } }`
      const upstream =
        'GET /appointments?status_in=pending,confirmed,scheduled,cancelled&date_gte=2026-01-05T00:00:00Z&date_lte=2026-01-05T23:59:59Z&limit=100&offset=0'
      return { requests: [{ query: `{ ${TABS.map(tab).join(' ')} }` }], upstream: [upstream], minimum: 1 }
    },
  },
  {
    name: 'first: 250',
    prepare: async () => ({
      requests: [{ query: '{ appointments(first: 250) { nodes { restId } pageInfo { hasNextPage } } }' }],
      upstream: [
        'GET /appointments?limit=100&offset=0',
        'GET /appointments?limit=100&offset=83',
        'GET /appointments?limit=100&offset=166',
      ],
      minimum: 3,
    }),
  },
  {
    name: 'the count of 500, the first time',
    prepare: async () => ({
      requests: [requestOf(CountAppointmentsDocument, {})],
      upstream: [0, 100, 300, 700, 500, 400].map((offset) => `GET /appointments?limit=100&offset=${offset}`),
      minimum: 1,
    }),
    whyNot: 'one request can prove the end of a list, but the gateway does not know its place yet',
  },
  {
    name: 'the count of 500, again and no longer cached',
    prepare: async () => ({
      before: [requestOf(CountAppointmentsDocument, {})],
      requests: [requestOf(CountAppointmentsDocument, {})],
      upstream: ['GET /appointments?limit=100&offset=450'],
      minimum: 1,
    }),
  },
  {
    name: "a day's page and its count",
    prepare: async () => ({
      requests: [
        {
          query:
            '{ appointments(first: 50, filter: { startTime: { gte: "2026-01-05T00:00:00Z", lte: "2026-01-05T23:59:59Z" } }) { nodes { restId } totalCount } }',
        },
      ],
      upstream: [
        'GET /appointments?date_gte=2026-01-05T00:00:00Z&date_lte=2026-01-05T23:59:59Z&limit=58&offset=0',
      ],
      minimum: 1,
    }),
  },
  {
    name: 'cancel and show',
    prepare: async (rest) => {
      const { body } = await rest('GET', '/appointments?status=confirmed&limit=1')
      const id = body.data[0].id
      const query =
        'mutation ($input: CancelAppointmentInput!) { cancelAppointment(input: $input) { appointment { restId title status startTime attendeeName cancellationReason } } }'
      return {
        requests: [{ query, variables: { input: { id, cancellationReason: 'Ill' } } }],
        upstream: [`POST /appointments/${id}/cancel`, `GET /appointments/${id}`],
        minimum: 2,
      }
    },
  },
  {
    name: 'cancel, and show what it answers',
    prepare: async (rest) => {
      const { body } = await rest('GET', '/appointments?status=confirmed&limit=1')
      const id = body.data[0].id
      return {
        requests: [requestOf(CancelAppointmentDocument, { input: { id, cancellationReason: 'Ill' } })],
        upstream: [`POST /appointments/${id}/cancel`],
        minimum: 1,
      }
    },
  },
  {
    name: 'forty viewers of the same day at once',
    prepare: async () => ({
      requests: Array.from({ length: 40 }, () =>
        requestOf(AppointmentPageDocument, {
          first: 50,
          filter: { startTime: { gte: '2026-01-05T00:00:00Z', lte: '2026-01-05T23:59:59Z' } },
        }),
      ),
      upstream: [
        'GET /appointments?date_gte=2026-01-05T00:00:00Z&date_lte=2026-01-05T23:59:59Z&limit=58&offset=0',
      ],
      minimum: 1,
    }),
  },
]

const DIRECTORY = 'GET /clinician-profiles?limit=100&offset=0'

function namesOf(first: number): string {
  return `{ appointments(first: ${first}) { nodes { title clinician { displayName } } } }`
}

/** The lists of the four active clinicians in the time range of the first rows. */
async function facetsOf(rest: Product['rest'], count: number): Promise<string[]> {
  const rows = await someRows(rest, count)
  const { body } = await rest('GET', '/clinician-profiles?is_active=true')
  const span = `date_gte=${rows[0].start_time}&date_lte=${rows.at(-1)?.start_time}`
  return body.data.map(({ id }: SomeRow) => `GET /appointments?clinician_id=${id}&${span}&limit=100&offset=0`)
}

async function visitAtASite(rest: Product['rest']): Promise<SomeRow> {
  const day = 'date_gte=2026-01-05T00:00:00Z&date_lte=2026-01-05T23:59:59Z&limit=20'
  for (const { id } of (await rest('GET', `/appointments?${day}`)).body.data) {
    const whole: SomeRow = (await rest('GET', `/appointments/${id}`)).body.data
    if (whole.location_id) return whole
  }
  throw new Error('The sample has no visit at a site on that day')
}

function requestOf(document: unknown, variables: Readonly<Record<string, unknown>>): GraphQLRequest {
  return { query: print(document as DocumentNode), variables }
}

interface SomeRow {
  readonly id: string
  readonly patient_id: string
  readonly start_time: string
  readonly clinician_profile_id?: string
  readonly location_id?: string | null
}

async function someRows(rest: Product['rest'], count: number): Promise<[SomeRow, ...SomeRow[]]> {
  return (await rest('GET', `/appointments?limit=${count}`)).body.data
}

async function wholeOf(rest: Product['rest'], count: number): Promise<SomeRow[]> {
  const rows = await someRows(rest, count)
  return Promise.all(rows.map(async ({ id }) => (await rest('GET', `/appointments/${id}`)).body.data))
}
