import {
  DeskAppointmentDocument,
  type DeskAppointmentQuery,
  DeskChangesDocument,
  type DeskClinicianFragment,
  DeskDaysDocument,
  DeskDirectoryDocument,
  type DeskKindFragment,
  DeskNamesDocument,
  DeskUpstreamDocument,
  type DeskUpstreamQuery,
} from '../client/generated/graphql.ts'
import {
  type Answer,
  type ClientOptions,
  type ClinicClock,
  createClient,
  type LiveRows,
  NO_ROWS,
  nodesOf,
  RequestError,
  takeChange,
  takeFound,
  weekOf,
} from '../client/index.ts'
import { type Problem, problemOf } from './texts.ts'

/** The fields of an appointment, merged from several answers. A field that none has contained is undefined. */
type AppointmentFields = Partial<NonNullable<DeskAppointmentQuery['appointment']>> & { readonly id: string }

/** An appointment on the screen. `start` and `end` are in milliseconds since the epoch. */
export type Row = AppointmentFields & {
  readonly start: number
  readonly end: number
  readonly staleSince: string | null
}

/** A day such as `2026-03-29`, or a week by its Monday: `week-2026-03-23`. */
export type View = string

export interface Place {
  readonly start: number
  readonly clinicianId: string
}

/** An open dialog. Each time a dialog opens, it has a new object. */
export type Sheet =
  | { readonly kind: 'details'; readonly row: Row; readonly to?: Place }
  | { readonly kind: 'patients'; readonly gap?: Place & { readonly end: number } }
  | { readonly kind: 'keys' }

/** The result of a person's action. */
export interface Notice {
  readonly kind: 'done' | 'problem' | 'unclear'
  readonly text: string
  readonly action?: { readonly label: string; readonly run: () => void } | undefined
}

/** The state of reading a view. Its rows stay, also if a later read fails. */
interface Reading {
  readonly isLoading: boolean
  /** The time of the last read by this machine's clock; undefined before the first. */
  readonly readAt?: number
  readonly staleSince?: string | undefined
  readonly problem?: Problem | undefined
  /** Whether the list has more rows than the desk has read. */
  readonly isTruncated?: boolean
}

export interface State {
  readonly now: number
  readonly view: View
  readonly sheet?: Sheet | undefined
  readonly rows: LiveRows<Row>
  readonly readings: ReadonlyMap<View, Reading>
  readonly clinicians: readonly DeskClinicianFragment[]
  readonly kinds: readonly DeskKindFragment[]
  readonly upstream: DeskUpstreamQuery['upstream']
  /** The stream of changes. `unavailable`: the gateway has no events, so the desk reads its view each minute. */
  readonly connection: 'opening' | 'live' | 'lost' | 'unavailable'
  /** The ids of rows for which it is unknown whether a write has happened. */
  readonly unclear: ReadonlySet<string>
  readonly notices: readonly Notice[]
  /** The gateway requires a key or a token, and has accepted none from this desk. */
  readonly needsKey: boolean
}

/** The data of an answer, and its first error as a problem. */
export type Result<Data> = Pick<Answer<Data>, 'data' | 'staleSince'> & { readonly problem?: Problem }

type DeskOptions = ClientOptions & {
  readonly clock: ClinicClock
  readonly view: View
  readonly now?: () => number
  readonly setTimer?: (run: () => void, ms: number) => unknown
}

export type Desk = ReturnType<typeof createDesk>

const TICK_MS = 30_000
/** The most names that one operation requests. */
const NAMES_PER_REQUEST = 25

/** The state of the desk, and the functions that update it. Needs no browser. */
export function createDesk({
  clock,
  view,
  now = Date.now,
  setTimer = setTimeout,
  ...transport
}: DeskOptions) {
  const pause = (ms: number) => new Promise<void>((resolve) => setTimer(resolve, ms))
  const client = createClient({ ...transport, wait: ({ ms }) => pause(ms) })
  const stopping = new AbortController()
  const { signal } = stopping
  let redraw = () => {}
  let state: State = {
    ...{ now: now(), view, rows: NO_ROWS, readings: new Map(), clinicians: [], kinds: [], upstream: null },
    ...{ connection: 'opening', unclear: new Set(), notices: [], needsKey: false },
  }

  function set(change: Partial<State>): void {
    state = { ...state, ...change }
    redraw()
  }

  async function ask<Data>(answer: Promise<Answer<Data>>): Promise<Result<Data>> {
    const { data, errors, staleSince }: Answer<Data> = await answer.catch((error: unknown) => {
      const all = error instanceof RequestError ? error.errors : []
      return { data: null, errors: all, upstreamRequests: undefined }
    })
    if (data !== null && errors.length === 0) return { data, staleSince }
    const problem = problemOf(errors[0], clock)
    if (problem.code === 'UNAUTHENTICATED') set({ needsKey: true })
    return { data, staleSince, problem }
  }

  function setReading(view: View, reading: Partial<Reading>): void {
    const before = state.readings.get(view) ?? { isLoading: false }
    set({ readings: new Map(state.readings).set(view, { ...before, ...reading }) })
  }

  async function read(view: View): Promise<void> {
    setReading(view, { isLoading: true })
    const { changes: since } = state.rows
    const [from, to] = rangeOf(view, clock)
    const isDay = daysOf(view).length === 1
    const variables = { from: utc(from), to: utc(to - 1), first: isDay ? 200 : 500, withClinicians: isDay }
    const { data, staleSince, problem } = await ask(client.ask(DeskDaysDocument, variables))
    const list = data?.appointments
    if (!list) return setReading(view, { isLoading: false, problem })
    const rows = nodesOf(list).map((node) => {
      // Where a part has failed, a null clinician does not mean that the row has none.
      const { clinician = null, ...rest } = node
      return rowOf(clinician || (isDay && !problem) ? { ...rest, clinician } : rest, staleSince)
    })
    const isTruncated = list.pageInfo.hasNextPage
    const isListed = ({ start }: Row) => !isTruncated && start >= from && start < to
    set({ rows: takeFound(state.rows, { rows, since, isListed }) })
    setReading(view, { isLoading: false, readAt: now(), staleSince, problem, isTruncated })
    await readUpstream()
    if (isDay && !problem) await readNames(rows)
  }

  /** Reads names only while more than half of the quota is left: each costs a request, once an hour for all desks. */
  async function readNames(rows: readonly Row[]): Promise<void> {
    const ids = rows.map(({ id }) => id).filter((id) => state.rows.byId.get(id)?.attendeeName === undefined)
    for (let from = 0; from < ids.length; from += NAMES_PER_REQUEST) {
      const { quota } = state.upstream ?? {}
      if (quota && quota.remaining < quota.limit / 2) return
      const { changes: since } = state.rows
      const { data } = await ask(
        client.ask(DeskNamesDocument, { ids: ids.slice(from, from + NAMES_PER_REQUEST) }),
      )
      const named = nodesOf(data).flatMap((node) => {
        const row = state.rows.byId.get(node.id)
        return row && 'attendeeName' in node ? { ...row, attendeeName: node.attendeeName } : []
      })
      set({ rows: takeFound(state.rows, { rows: named, since }) })
      await readUpstream()
    }
  }

  async function readDirectory(): Promise<void> {
    const { data } = await ask(client.ask(DeskDirectoryDocument, {}))
    const kinds = nodesOf(data?.appointmentTypes).filter(({ isActive }) => isActive !== false)
    set({ clinicians: nodesOf(data?.clinicians), kinds })
  }

  async function readUpstream(): Promise<void> {
    const { data } = await ask(client.ask(DeskUpstreamDocument, {}, { byGet: false }))
    if (data?.upstream) set({ upstream: data.upstream })
  }

  /** Reads again, because a view that was read before the stream opened may miss a change. */
  function readAgain(): void {
    set({ readings: new Map([...state.readings].filter(([view]) => view === state.view)) })
    void read(state.view)
  }

  function setConnection(isOpen: boolean): void {
    set({ connection: isOpen ? 'live' : 'lost' })
    if (isOpen && state.readings.get(state.view)?.problem) void read(state.view)
  }

  /** Applies changes for as long as the desk is open. */
  async function follow(): Promise<void> {
    while (!signal.aborted) {
      const options = { signal, anew: true, onOpen: readAgain, onLine: setConnection }
      try {
        for await (const { data } of client.subscribe(DeskChangesDocument, {}, options)) {
          const { appointment, movement } = data?.appointmentChanged ?? {}
          if (appointment && movement) set({ rows: takeChange(state.rows, movement, rowOf(appointment)) })
        }
      } catch (error) {
        const { code } = problemOf(error instanceof RequestError ? error.errors[0] : undefined, clock)
        set({
          connection: code === 'EVENTS_UNAVAILABLE' ? 'unavailable' : 'lost',
          needsKey: code === 'UNAUTHENTICATED',
        })
      }
      await pause(state.connection === 'unavailable' ? 20 * TICK_MS : 5000)
    }
  }

  function tick(): void {
    if (signal.aborted) return
    set({ now: now() })
    const { isLoading, problem, staleSince, readAt = 0 } = state.readings.get(state.view) ?? {}
    const isOld = state.connection === 'unavailable' && now() - readAt >= 2 * TICK_MS
    if (!isLoading && (problem || staleSince || isOld)) void read(state.view)
    else void readUpstream()
    if (state.clinicians.length === 0) void readDirectory()
    setTimer(tick, TICK_MS)
  }

  function dismiss(notice: Notice): void {
    set({ notices: state.notices.filter((each) => each !== notice) })
  }

  return {
    client,
    clock,
    ask,
    set,
    dismiss,
    readUpstream,
    get state(): State {
      return state
    },
    /** @param onChange runs whenever the state has changed */
    start(onChange?: () => void): void {
      if (onChange) redraw = onChange
      void read(state.view)
      void readDirectory()
      void follow()
      setTimer(tick, TICK_MS)
    },
    stop: () => stopping.abort(),
    show(view: View): void {
      set({ view })
      const { isLoading, readAt, problem } = state.readings.get(view) ?? {}
      if (!isLoading && (readAt === undefined || problem)) void read(view)
    },
    /** Reads one row. If the answer is not stale, the row is no longer unclear. */
    async readRow(id: string): Promise<Result<DeskAppointmentQuery>> {
      const { changes: since } = state.rows
      const result = await ask(client.ask(DeskAppointmentDocument, { id }))
      const { data, staleSince } = result
      if (!data?.appointment) return result
      const rows = takeFound(state.rows, { rows: [rowOf(data.appointment, staleSince)], since })
      set({
        rows,
        ...(!staleSince && { unclear: new Set([...state.unclear].filter((each) => each !== id)) }),
      })
      return result
    },
    open: (sheet: Sheet) => set({ sheet }),
    /** Does nothing if another dialog has replaced this one. */
    close: (sheet: Sheet | undefined) => state.sheet === sheet && set({ sheet: undefined }),
    /** A `done` notice disappears after eight seconds, or at the next notice. */
    notify(notice: Notice): void {
      set({ notices: [...state.notices.filter(({ kind }) => kind !== 'done').slice(-2), notice] })
      if (notice.kind === 'done') setTimer(() => dismiss(notice), 8000)
    },
  }
}

export function rowOf(fields: AppointmentFields, staleSince: string | null = null): Row {
  return {
    ...fields,
    start: Date.parse(fields.startTime ?? ''),
    end: Date.parse(fields.endTime ?? ''),
    staleSince,
  }
}

/** The one day of a day view, or the seven days of a week. */
export function daysOf(view: View): readonly string[] {
  return view.startsWith('week-') ? weekOf(view.slice(5)) : [view]
}

export function rangeOf(view: View, clock: ClinicClock): readonly [from: number, to: number] {
  const ranges = daysOf(view).map(clock.rangeOf)
  return [ranges.at(0)?.[0] ?? 0, ranges.at(-1)?.[1] ?? 0]
}

export function utc(instant: number): string {
  return new Date(instant).toISOString()
}
