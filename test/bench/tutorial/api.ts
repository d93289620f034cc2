import { type AugmentedRequest, RESTDataSource } from '@apollo/datasource-rest'
import DataLoader from 'dataloader'
import type { Appointment } from '../../../src/contract/appointment.ts'

/** A list row has some of the fields, a retrieved one has all of them. */
export type Row = Partial<Appointment> & { readonly id: string }

type Entry = Readonly<Record<string, unknown>>

export interface ListResponse {
  readonly data: readonly Row[]
  readonly meta: { readonly has_more: boolean }
}

export interface RowResponse {
  readonly data: Row
  readonly meta: { readonly performed_at?: string; readonly performed_by?: string }
}

/** The data source as in tutorials, one per GraphQL request. It is a class because the library requires one. */
export class AppointmentsApi extends RESTDataSource {
  private readonly key: string
  private readonly byId = new DataLoader((ids: readonly string[]) =>
    Promise.all(ids.map((id) => this.get<RowResponse>(`appointments/${id}`).then(({ data }) => data))),
  )

  private readonly entryByPath = new DataLoader((paths: readonly string[]) =>
    Promise.all(paths.map((path) => this.get<{ data: Entry }>(path).then(({ data }) => data))),
  )

  constructor(baseURL: string, key: string) {
    super()
    this.baseURL = `${baseURL}/`
    this.key = key
  }

  override willSendRequest(_path: string, request: AugmentedRequest) {
    request.headers.authorization = `Bearer ${this.key}`
  }

  appointment(id: string): Promise<Row> {
    return this.byId.load(id)
  }

  /** A person or place of an appointment, such as `locations/loc_1`. */
  entry(path: string): Promise<Entry> {
    return this.entryByPath.load(path)
  }

  list(filter: Readonly<Record<string, string>>, offset: number, limit: number): Promise<ListResponse> {
    return this.get('appointments', { params: { ...filter, offset: String(offset), limit: String(limit) } })
  }

  create(body: object): Promise<RowResponse> {
    return this.post('appointments', { body })
  }

  update(id: string, body: object): Promise<RowResponse> {
    return this.patch(`appointments/${id}`, { body })
  }

  cancel(id: string, body: object): Promise<RowResponse> {
    return this.post(`appointments/${id}/cancel`, { body })
  }
}
