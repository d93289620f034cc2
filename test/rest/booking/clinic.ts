import { deliver, eventBody, SECRET } from '../../support/events.ts'
import { type GatewayClient, type GatewayTestOptions, startGateway } from '../../support/gateway.ts'
import { type ScriptedRequest, startScriptedUpstream } from '../../support/scripted-upstream.ts'

export interface ClinicRow {
  readonly id: string
  readonly title: string
  readonly status: string
  readonly start_time: string
  readonly end_time: string
  readonly created_at: string
  readonly patient_id: string | null
  readonly clinician_profile_id: string | null
  readonly location_id: string | null
}

/** What happens upstream around the requests that the gateway sends; each may be async. */
export interface Hooks {
  beforeCreate?: () => Promise<void> | void
  afterCreate?: () => Promise<void> | void
  /** Whether the upstream creates the appointment and answers 502. */
  losesCreate?: () => boolean
  /** Whether the upstream answers 400 and creates nothing. */
  refusesCreate?: () => boolean
  /** Replaces the answer to the nth list, counted from 1. */
  list?: (nth: number) => { readonly status: number; readonly body: unknown } | undefined
  cancel?: () => { readonly status: number; readonly body: unknown } | undefined
  retrieve?: () => { readonly status: number; readonly body: unknown } | undefined
}

export interface Clinic extends GatewayClient {
  readonly rows: ClinicRow[]
  readonly hooks: Hooks
  /** The upstream requests since the last call: the method and the path. */
  takeRequests(): string[]
  /** The queries of the lists since the last call. */
  takeLists(): string[]
  /** Books on the clinic's own screen, past the gateway. */
  bookElsewhere(row?: Partial<ClinicRow>): ClinicRow
  /** Delivers an event of the upstream to the gateway. */
  sendEvent(row: ClinicRow, type?: string): Promise<void>
  /** Changes an appointment on the clinic's own screen, past the gateway. */
  change(id: string, fields: Partial<ClinicRow>): void
  /** Moves the clocks of the gateway and the upstream. */
  advance(ms: number): void
  notCancelled(): ClinicRow[]
}

export const SLOT = { startTime: '2030-01-07T10:00:00Z', endTime: '2030-01-07T10:30:00Z' }
export const BOOK = `mutation ($input: CreateAppointmentInput!) {
  createAppointment(input: $input) { appointment { restId status startTime } } }`

/** The upstream requests of a booking. */
export const READ = 'GET /appointments'
export const CREATE = 'POST /appointments'

const INPUT = { title: 'Visit', ...SLOT, clinicianId: 'cli_1', ifFree: ['CLINICIAN'] }

/** Books the slot with a clinician, unless `input` says otherwise. */
export async function book(clinic: GatewayClient, input: object = {}) {
  const { data, errors } = await clinic.query(BOOK, { input: { ...INPUT, ...input } })
  return { appointment: data?.createAppointment?.appointment, error: errors?.[0] }
}

/** As whole seconds, as the upstream writes them. */
const second = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')

/** A gateway in front of an upstream whose answers a test can delay or replace. */
export async function startClinic(options: GatewayTestOptions = {}): Promise<Clinic> {
  const rows: ClinicRow[] = []
  const hooks: Hooks = {}
  const keys = new Map<string, ClinicRow>()
  let lists = 0
  let passed = 0
  let ids = 0
  const now = () => Date.now() + passed

  function change(id: string, fields: Partial<ClinicRow>): ClinicRow {
    const at = rows.findIndex((row) => row.id === id)
    const row = { ...(rows[at] as ClinicRow), ...fields }
    rows[at] = row
    return row
  }

  function create(fields: Partial<ClinicRow>): ClinicRow {
    ids += 1
    const row = {
      id: `apt_${ids}`,
      title: 'Visit',
      status: 'scheduled',
      start_time: SLOT.startTime,
      end_time: SLOT.endTime,
      patient_id: null,
      clinician_profile_id: null,
      location_id: null,
      created_at: second(now()),
      ...fields,
    }
    rows.push(row)
    return row
  }

  function listed({ line }: ScriptedRequest) {
    const query = new URL(line.split(' ')[1] ?? '', 'http://upstream').searchParams
    const is = (name: string, value: string | null) => !query.has(name) || query.get(name) === value
    const found = rows.filter(
      (row) =>
        is('clinician_id', row.clinician_profile_id) &&
        is('patient_id', row.patient_id) &&
        is('location_id', row.location_id) &&
        row.start_time >= (query.get('date_gte') ?? '') &&
        row.start_time <= (query.get('date_lte') ?? '~'),
    )
    const [offset, limit] = [Number(query.get('offset')), Number(query.get('limit'))]
    const has_more = found.length > offset + limit
    return { body: { data: found.slice(offset, offset + limit).map(summaryOf), meta: { has_more } } }
  }

  function created({ headers, body }: ScriptedRequest): ClinicRow {
    const key = String(headers['idempotency-key'])
    const row = keys.get(key) ?? create(JSON.parse(body))
    keys.set(key, row)
    return row
  }

  const upstream = await startScriptedUpstream((request) => {
    const [, id] = /^POST \/appointments\/(\w+)\/cancel$/.exec(request.line) ?? []
    if (request.line.startsWith('GET /appointments?')) {
      lists += 1
      return hooks.list?.(lists) ?? listed(request)
    }
    if (id !== undefined) {
      const refused = hooks.cancel?.()
      if (refused !== undefined) return refused
      const cancelled = change(id, { status: 'cancelled' })
      return { body: { data: { ...cancelled, ...JSON.parse(request.body) }, meta: {} } }
    }
    const [, read] = /^GET \/appointments\/(\w+)$/.exec(request.line) ?? []
    if (read !== undefined)
      return hooks.retrieve?.() ?? { body: { data: rows.find((row) => row.id === read), meta: {} } }
    if (hooks.refusesCreate?.())
      return { status: 400, body: { data: null, error: { code: 'VALIDATION_ERROR', message: '-' } } }
    return async (response) => {
      await hooks.beforeCreate?.()
      const first = { ...created(request) }
      await hooks.afterCreate?.()
      if (hooks.losesCreate?.()) return void response.writeHead(502).end()
      const body = JSON.stringify({ data: { ...summaryOf(first), updated_at: first.created_at }, meta: {} })
      response.writeHead(201, { 'content-type': 'application/json' }).end(body)
    }
  })
  const gateway = await startGateway({
    url: upstream.url,
    key: 'k',
    now,
    monotonic: () => performance.now() + passed,
    webhooks: { secrets: [{ secret: SECRET }] },
    ...options,
  })
  let taken = 0
  function take(): string[] {
    const lines = upstream.requests.slice(taken).map(({ line }) => line)
    taken = upstream.requests.length
    return lines
  }
  return {
    ...gateway,
    rows,
    hooks,
    takeRequests: () => take().map((line) => line.replace(/\?.*/, '')),
    takeLists: () => take().filter((line) => line.startsWith('GET /appointments?')),
    bookElsewhere: (fields = {}) => create({ clinician_profile_id: 'cli_1', ...fields }),
    change,
    async sendEvent(row, type = 'appointment.created') {
      const created_at = new Date(now()).toISOString()
      const body = eventBody({ type, created_at, object: row, previous: null })
      const status = await deliver(gateway.url, body, { at: now() })
      if (status !== 204) throw new Error(`The event is refused: ${status}`)
    },
    advance(ms) {
      passed += ms
    },
    notCancelled: () => rows.filter(({ status }) => status !== 'cancelled'),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

/** Starts a clinic whose event feed is healthy. */
export async function startFedClinic(options?: GatewayTestOptions): Promise<Clinic> {
  const clinic = await startClinic(options)
  const past = { start_time: '2020-01-07T10:00:00Z', end_time: '2020-01-07T10:30:00Z' }
  await clinic.sendEvent(clinic.bookElsewhere({ ...past, clinician_profile_id: 'cli_other' }))
  return clinic
}

function summaryOf(row: ClinicRow) {
  const { clinician_profile_id, location_id, ...summary } = row
  return summary
}
