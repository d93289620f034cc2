import type { ServerResponse } from 'node:http'
import {
  type GatewayClient,
  type GatewayTestOptions,
  type GraphQLResponse,
  startGateway,
} from '../../support/gateway.ts'
import {
  type ScriptedAnswer,
  type ScriptedRequest,
  type ScriptedUpstream,
  startScriptedUpstream,
} from '../../support/scripted-upstream.ts'

export const NOON = Date.parse('2026-01-05T12:00:00Z')
export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const SECRET = 'a calendar secret of the tests, long enough'

const CREATE =
  'mutation ($input: CreateCalendarFeedInput!) { createCalendarFeed(input: $input) { path expiresAt clientMutationId } }'

export interface Clinic extends GatewayClient {
  readonly upstream: ScriptedUpstream
  /** The upstream requests since the last call. */
  takeRequests(): string[]
  /** Advances the clocks of the gateway and the upstream. */
  pass(ms: number): void
  create(input: object, headers?: Readonly<Record<string, string>>): Promise<GraphQLResponse<Created>>
  /** The URL of a new feed. */
  feed(input?: object, headers?: Readonly<Record<string, string>>): Promise<string>
}

interface Created {
  readonly createCalendarFeed: {
    readonly path: string
    readonly expiresAt: string
    readonly clientMutationId: string | null
  }
}

interface ClinicOptions extends GatewayTestOptions {
  readonly answer?: (request: ScriptedRequest) => ScriptedAnswer | PausedAnswer['answer'] | undefined
}

/** A list row of the upstream. */
export function rowOf(id: string, fields: object = {}): object {
  return {
    id,
    patient_id: 'pat_1',
    title: 'Visit',
    start_time: '2026-01-05T09:00:00Z',
    end_time: '2026-01-05T09:30:00Z',
    status: 'confirmed',
    created_at: '2026-01-01T08:00:00Z',
    ...fields,
  }
}

export function listOf(...rows: object[]): ScriptedAnswer {
  return { body: { data: rows, meta: { has_more: false } } }
}

/** The upstream request that reads a feed of up to 100 appointments at that instant. */
export function readOf(at: number, clinicianId = 'cli_1', patientId?: string): string {
  const hour = Math.floor(at / HOUR) * HOUR
  const bound = (days: number) =>
    encodeURIComponent(new Date(hour + days * 24 * HOUR).toISOString().replace('.000', ''))
  const patient = patientId === undefined ? '' : `patient_id=${patientId}&`
  return `GET /appointments?${patient}clinician_id=${clinicianId}&date_gte=${bound(-14)}&date_lte=${bound(60)}&limit=100&offset=0`
}

/** A gateway with calendar feeds, in front of an upstream with one appointment. The test advances their clock. */
export async function startClinic({
  answer = () => undefined,
  ...options
}: ClinicOptions = {}): Promise<Clinic> {
  let now = NOON
  const upstream = await startScriptedUpstream((request) => {
    const scripted = answer(request) ?? listOf(rowOf('apt_1'))
    if (typeof scripted === 'function') return scripted
    return { ...scripted, headers: { date: new Date(now).toUTCString(), ...scripted.headers } }
  })
  const gateway = await startGateway({
    url: upstream.url,
    key: 'k',
    calendarSecrets: [SECRET],
    now: () => now,
    ...options,
  })
  let taken = 0
  const create = (input: object, headers?: Readonly<Record<string, string>>) =>
    gateway.query<Created>(CREATE, { input }, headers)
  return {
    ...gateway,
    upstream,
    create,
    takeRequests() {
      const lines = upstream.requests.slice(taken).map(({ line }) => line)
      taken = upstream.requests.length
      return lines
    },
    pass(ms) {
      now += ms
    },
    async feed(input = { clinicianId: 'cli_1' }, headers = {}) {
      const { data, errors } = await create(input, headers)
      if (errors !== undefined) throw new Error(JSON.stringify(errors))
      return gateway.url + data.createCalendarFeed.path
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

export interface PausedAnswer {
  readonly answer: (response: ServerResponse) => void
  release(answer: ScriptedAnswer): void
}

/** A response of the upstream that the test releases. */
export function pauseAnswer(): PausedAnswer {
  const { promise, resolve } = Promise.withResolvers<ScriptedAnswer>()
  return {
    async answer(response) {
      const { body } = await promise
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    },
    release: resolve,
  }
}

export interface FeedAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

export async function get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<FeedAnswer> {
  const response = await fetch(url, { headers })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** The code in the body of a refusal. */
export function codeIn({ text }: FeedAnswer): unknown {
  return JSON.parse(text).errors[0].extensions.code
}
