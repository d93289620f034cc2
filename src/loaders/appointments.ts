import type { AppointmentFields, AppointmentFilter, FieldName } from '../contract/field-names.ts'
import { checkSizes, type PageArguments, type PageLimits } from '../pagination/arguments.ts'
import type {
  AppointmentChanges,
  Appointments,
  Cancellation,
  RetrievedRow,
  SlotOwner,
} from '../rest/appointments/appointments.ts'
import type { AppointmentRow } from '../rest/appointments/row.ts'
import { invalidResponse, isNotFound, UpstreamError } from '../rest/errors.ts'
import type { Operation } from '../rest/pipe/pipe.ts'
import type { MaybePromise } from '../shared/maybe-promise.ts'
import type { DirectoryLoader } from './directory/directory.ts'
import { createFacets, type FacetName, type Facets, type FacetsOptions, isFacet } from './directory/facets.ts'
import { chooseIdempotencyKey, type IdempotencySource } from './idempotency.ts'
import { createAppointmentLists } from './lists/appointment-lists.ts'
import { type Connections, createConnections } from './lists/connection.ts'
import type { ListMemory } from './lists/list-memory.ts'
import { type AppointmentRef, createMemory, refTo } from './memory.ts'
import { createReadById } from './read-by-id.ts'
import { noteStale, type ResolvedAt } from './stale.ts'

/** Returns loaded values without a promise, because resolvers run for each field of each row. */
export interface AppointmentLoader {
  /** null where there is no such appointment. Free where a row of it is loaded, else at most one GET. */
  find(id: string, at: ResolvedAt): MaybePromise<AppointmentRef | null>
  /** Loads the complete appointment, once for all its fields, unless the field is loaded already. */
  field<Name extends FieldName>(id: string, name: Name, at: ResolvedAt): MaybePromise<AppointmentFields[Name]>
  /** Throws where `first` or `last` is invalid, before anything is read for the list. */
  checkSizes(args: PageArguments): void
  /** A page of a list, and its count when the client selects it. */
  readonly connection: AppointmentConnections['read']
  /**
   * If a selected field is missing from the response, loads the complete appointment before it returns any field. The upstream
   * answers a repeated create with the first response, and its fields must not mix with later ones.
   */
  create(booking: Booking): Promise<AppointmentRef>
  update(id: string, changes: AppointmentChanges): Promise<AppointmentRef>
  cancel(id: string, reason: string | null): Promise<Cancellation & { readonly appointment: AppointmentRef }>
}

type AppointmentConnections = Connections<AppointmentFilter, AppointmentRef>

export interface Booking {
  readonly fields: AppointmentChanges
  readonly source: IdempotencySource
  /** The people and places whose time must be free. */
  readonly ifFree: readonly SlotOwner[]
  /** The fields that the client selects of the new appointment. */
  readonly selected: readonly FieldName[]
}

export interface LoaderOptions {
  readonly appointments: Appointments
  readonly listMemory: ListMemory
  readonly by: Operation
  readonly limits: PageLimits
  /** The fields of an appointment that an event contains. Reading them is free. */
  readonly ofEvent?: AppointmentRow | undefined
}

export interface AppointmentLoaderOptions extends LoaderOptions, Pick<FacetsOptions, 'directory' | 'sizes'> {
  readonly directoryOf: () => Pick<DirectoryLoader, 'ids'>
}

export function createAppointmentLoader(options: AppointmentLoaderOptions): AppointmentLoader {
  const { appointments, by, ofEvent, directoryOf } = options
  const memory = createMemory()
  if (ofEvent !== undefined) memory.remember(ofEvent)
  const appointmentById = createReadById({
    retrieve: (id) => appointments.retrieve(id, by),
    hasCached: (id) => appointments.hasCached(id, by),
    by,
  })
  // Most operations read no list.
  let connections: AppointmentConnections | undefined
  let facets: Facets | undefined
  /** The appointments that are read by their ids, for whichever field. */
  const readComplete = new Set<string>()

  function remember({ row, staleSince }: RetrievedRow, at: ResolvedAt): void {
    memory.remember(row)
    noteStale(by, at, staleSince)
  }

  function loadField<Name extends FieldName>(
    id: string,
    name: Name,
    at: ResolvedAt,
  ): Promise<AppointmentFields[Name]> {
    return isFacet(name) ? loadFacet(id, name, at) : loadComplete(id, name, at)
  }

  /** Where one reference is missing from many rows, reading filtered lists may cost less than reading each row. */
  async function loadFacet<Name extends FacetName>(
    id: string,
    name: Name,
    at: ResolvedAt,
  ): Promise<AppointmentFields[Name]> {
    facets ??= createFacets({
      ...options,
      memory,
      idsOf: (kind, tooMany) => directoryOf().ids(kind, tooMany),
      isReadComplete: (each) => readComplete.has(each),
    })
    const found = await facets.find(id, name)
    if (found === undefined) return loadComplete(id, name, at)
    noteStale(by, at, found.staleSince)
    return found.value as AppointmentFields[Name]
  }

  async function loadComplete<Name extends FieldName>(
    id: string,
    name: Name,
    at: ResolvedAt,
  ): Promise<AppointmentFields[Name]> {
    readComplete.add(id)
    remember(await appointmentById.load(id), at)
    return valueOrThrow(memory.row(id)?.[name], name)
  }

  async function load(id: string, at: ResolvedAt): Promise<AppointmentRef | null> {
    try {
      remember(await appointmentById.load(id), at)
      return refTo(id)
    } catch (error) {
      if (isNotFound(error)) return null
      throw error
    }
  }

  /** A write, even one that failed, may have changed any field of its appointment, and moved it into or out of any list. */
  async function write<Result>(id: string | null, send: () => Promise<Result>): Promise<Result> {
    try {
      return await send()
    } finally {
      connections?.forget()
      if (id !== null) {
        appointmentById.forget(id)
        readComplete.delete(id)
        facets?.forget()
        memory.forget(id)
      }
    }
  }

  function refToWritten(row: AppointmentRow): AppointmentRef {
    memory.remember(row)
    return refTo(row.id)
  }

  return {
    find: (id, at) => (memory.row(id) === undefined ? load(id, at) : refTo(id)),
    field(id, name, at) {
      // A field that the upstream answered with null is loaded; a field that is missing is not.
      const value = memory.row(id)?.[name]
      return value === undefined ? loadField(id, name, at) : valueOrThrow(value, name)
    },
    checkSizes: (args) => void checkSizes(args, options.limits.maxPageSize),
    connection(...list) {
      connections ??= createConnections({
        ...options,
        source: createAppointmentLists({ ...options, memory }),
      })
      return connections.read(...list)
    },
    async create({ fields, source, ifFree: owners, selected }) {
      const key = chooseIdempotencyKey(source)
      const check = owners.length > 0 ? { owners, mayBeRepeated: source.callersKey !== null } : undefined
      const row = await write(null, () => appointments.create(fields, key, by, check))
      const isComplete = selected.every((name) => row[name] !== undefined)
      // The create has happened. If the read fails, only the fields that are missing from the response are lost.
      const complete = isComplete ? undefined : await appointmentById.load(row.id).catch(() => undefined)
      return refToWritten(complete?.row ?? row)
    },
    async update(id, changes) {
      return refToWritten(await write(id, () => appointments.update(id, changes, by)))
    },
    async cancel(id, reason) {
      const done = await write(id, () => appointments.cancel(id, reason, by))
      return { ...done, appointment: refToWritten(done.row) }
    },
  }
}

function valueOrThrow<Name extends FieldName>(
  value: AppointmentRow[Name] | undefined,
  name: Name,
): AppointmentFields[Name] {
  if (value instanceof UpstreamError) throw value
  if (value === undefined) throw invalidResponse(`The upstream's whole appointment lacks ${name}.`)
  return value as AppointmentFields[Name]
}
