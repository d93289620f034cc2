/** A careful gateway on the same libraries as ours, without paging, budget, identity, limits or a log. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { useResponseCache } from '@graphql-yoga/plugin-response-cache'
import SchemaBuilder from '@pothos/core'
import RelayPlugin from '@pothos/plugin-relay'
import DataLoader from 'dataloader'
import { createYoga } from 'graphql-yoga'
import { Pool } from 'undici'
import type { Row } from '../tutorial/api.ts'
import { globalIdOf, restIdOf } from '../tutorial/global-id.ts'

const pool = new Pool(process.env.UPSTREAM_URL ?? '', { connections: 64 })

class Api {
  private readonly authorization: string
  constructor(authorization: string) {
    this.authorization = authorization
  }

  private readonly byId = new DataLoader((ids: readonly string[]) =>
    Promise.all(ids.map((id) => this.ask<Row>('GET', `/appointments/${encodeURIComponent(id)}`))),
  )
  private readonly lists = new DataLoader((queries: readonly string[]) =>
    Promise.all(queries.map((query) => this.ask<Row[]>('GET', `/appointments?${query}`))),
  )

  find = (id: string) => this.byId.load(id)
  list = (query: Record<string, string>) => this.lists.load(new URLSearchParams(query).toString())
  cancel = (id: string, reason: string | null | undefined) =>
    this.ask<Row>(
      'POST',
      `/appointments/${encodeURIComponent(id)}/cancel`,
      JSON.stringify({ cancellation_reason: reason }),
    )

  private async ask<Data>(
    method: 'GET' | 'POST',
    path: string,
    body: string | null = null,
  ): Promise<ApiResponse<Data>> {
    const response = await pool.request({
      method,
      path,
      body,
      headers: { authorization: this.authorization, ...(body && { 'content-type': 'application/json' }) },
    })
    const envelope = (await response.body.json()) as ApiResponse<Data>
    if (response.statusCode !== 200) throw new Error(`The upstream answered ${response.statusCode}.`)
    return envelope
  }
}

interface ApiResponse<Data> {
  readonly data: Data
  readonly meta: { readonly has_more?: boolean; readonly performed_at?: string }
}

const builder = new SchemaBuilder<{ Context: { api: Api } }>({
  plugins: [RelayPlugin],
  relay: { nodesOnConnection: true },
})

const Patient = builder.objectRef<{ restId: string }>('Patient')
const Clinician = builder.objectRef<{ restId: string }>('Clinician')
const Location = builder.objectRef<{ restId: string }>('Location')
const Appointment = builder.objectRef<Row>('Appointment').implement({
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => globalIdOf('Appointment', id) }),
    title: t.string({ nullable: true, resolve: ({ title }) => title }),
    startTime: t.string({ nullable: true, resolve: ({ start_time }) => start_time }),
    endTime: t.string({ nullable: true, resolve: ({ end_time }) => end_time }),
    status: t.string({ nullable: true, resolve: ({ status }) => status?.toUpperCase() }),
    attendeeName: t.string({ nullable: true, resolve: ({ attendee_name }) => attendee_name }),
    durationMinutes: t.int({ nullable: true, resolve: ({ duration_minutes }) => duration_minutes }),
    isRemote: t.boolean({ nullable: true, resolve: ({ is_remote }) => is_remote }),
    cancellationReason: t.string({
      nullable: true,
      resolve: ({ cancellation_reason }) => cancellation_reason,
    }),
    patient: t.field({ type: Patient, nullable: true, resolve: (row) => refTo(row.patient_id) }),
    clinician: t.field({
      type: Clinician,
      nullable: true,
      resolve: (row) => refTo(row.clinician_profile_id),
    }),
    location: t.field({ type: Location, nullable: true, resolve: (row) => refTo(row.location_id) }),
  }),
})
const Filter = builder.inputType('AppointmentFilter', { fields: (t) => ({ clinicianId: t.id() }) })

for (const [kind, type] of [
  ['Clinician', Clinician],
  ['Location', Location],
] as const)
  type.implement({ fields: (t) => ({ id: t.id({ resolve: ({ restId }) => globalIdOf(kind, restId) }) }) })
Patient.implement({
  fields: (t) => ({
    id: t.id({ resolve: ({ restId }) => globalIdOf('Patient', restId) }),
    appointments: t.connection({
      type: Appointment,
      resolve: async ({ restId }, { first }, { api }) => pageOf(api, { patient_id: restId }, first),
    }),
  }),
})
builder.queryType({
  fields: (t) => ({
    appointment: t.field({
      type: Appointment,
      nullable: true,
      args: { id: t.arg.id({ required: true }) },
      resolve: async (_root, { id }, { api }) => (await api.find(restIdOf(String(id)))).data,
    }),
    appointments: t.connection({
      type: Appointment,
      args: { filter: t.arg({ type: Filter }) },
      resolve: (_root, { first, filter }, { api }) =>
        pageOf(api, filter?.clinicianId ? { clinician_id: restIdOf(String(filter.clinicianId)) } : {}, first),
    }),
  }),
})
const CancelInput = builder.inputType('CancelAppointmentInput', {
  fields: (t) => ({ id: t.id({ required: true }), cancellationReason: t.string() }),
})
const CancelPayload = builder.objectRef<ApiResponse<Row>>('CancelAppointmentPayload').implement({
  fields: (t) => ({
    appointment: t.field({ type: Appointment, resolve: ({ data }) => data }),
    performedAt: t.string({ nullable: true, resolve: ({ meta }) => meta.performed_at }),
  }),
})
builder.mutationType({
  fields: (t) => ({
    cancelAppointment: t.field({
      type: CancelPayload,
      args: { input: t.arg({ type: CancelInput, required: true }) },
      resolve: (_root, { input }, { api }) =>
        api.cancel(restIdOf(String(input.id)), input.cancellationReason),
    }),
  }),
})

function refTo(restId: string | null | undefined) {
  return restId ? { restId } : null
}

async function pageOf(api: Api, filter: Record<string, string>, first: number | null | undefined) {
  const { data, meta } = await api.list({ ...filter, limit: String(first ?? 20), offset: '0' })
  const edges = data.map((node, index) => ({ node, cursor: Buffer.from(String(index)).toString('base64') }))
  return {
    edges,
    pageInfo: {
      hasNextPage: meta.has_more === true,
      hasPreviousPage: false,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}

const yoga = createYoga({
  schema: builder.toSchema(),
  context: ({ request }) => ({ api: new Api(request.headers.get('authorization') ?? '') }),
  logging: false,
  plugins: process.env.RESPONSE_CACHE
    ? [useResponseCache({ session: (request) => request.headers.get('authorization'), ttl: 3_600_000 })]
    : [],
})
const server = createServer(yoga)
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql\n`),
)
process.on('SIGTERM', () => process.exit())
