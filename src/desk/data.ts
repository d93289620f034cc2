import {
  DeskAppointmentDocument,
  DeskChangesDocument,
  DeskDayDocument,
  DeskDirectoryDocument,
  DeskNamesDocument,
  DeskPatientsDocument,
  DeskUpstreamDocument,
  DeskVisitsDocument,
  DeskWeekDocument,
} from '../client/generated/graphql.ts'
import {
  type Answer,
  type ClinicClock,
  createClient,
  RequestError,
  takeChange,
  takeFound,
} from '../client/index.ts'
import {
  daysOf,
  initialState,
  type Notice,
  type Reading,
  type Row,
  rowOf,
  type State,
  type View,
} from './state.ts'
import { type Problem, problemOf } from './words.ts'

export interface DataOptions {
  readonly url: string
  readonly clock: ClinicClock
  readonly view: View
  /** The gateway knows the documents by their hashes. */
  readonly trusted?: boolean
  /** Those of callers that have a key or a token. */
  readonly headers?: () => Readonly<Record<string, string>>
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>
  readonly now?: () => number
  readonly setTimer?: (run: () => void, ms: number) => unknown
}

export type Data = ReturnType<typeof createData>

/** An answer, and its first error in words. */
export type Told<Result> = Pick<Answer<Result>, 'data' | 'errors' | 'staleSince'> & { problem?: Problem }

const TICK_MS = 30_000
/** The most names that one operation asks for. */
const NAMES = 25

/** What the desk knows, and how it comes to know it. It needs no browser. */
export function createData(options: DataOptions) {
  const { clock, now = Date.now, setTimer = setTimeout, ...transport } = options
  const pause = (ms: number) => new Promise<void>((resolve) => setTimer(resolve, ms))
  const client = createClient({ ...transport, wait: ({ ms }) => pause(ms) })
  const listeners = new Set<() => void>()
  const leaving = new AbortController()
  const { signal } = leaving
  let state = initialState(options.view, now())
  let lastNotice = 0

  function set(change: Partial<State>): void {
    state = { ...state, ...change }
    for (const listener of listeners) listener()
  }

  async function ask<Result>(answer: Promise<Answer<Result>>): Promise<Told<Result>> {
    const told: Answer<Result> = await answer.catch((error: unknown) => {
      const errors = error instanceof RequestError ? error.errors : []
      return { data: null, errors, upstreamRequests: undefined }
    })
    if (told.data !== null && told.errors.length === 0) return told
    const problem = problemOf(told.errors[0], clock.timeOf)
    if (problem.code === 'UNAUTHENTICATED') set({ needsKey: true })
    return { ...told, problem }
  }

  function setReading(view: View, reading: Partial<Reading>): void {
    const before = state.readings.get(view) ?? { isLoading: false }
    set({ readings: new Map(state.readings).set(view, { ...before, ...reading }) })
  }

  async function read(view: View): Promise<void> {
    setReading(view, { isLoading: true })
    const days = daysOf(view)
    const since = state.rows.changes
    const { lists, errors, staleSince, problem } = await (days.length === 1 ? readDay(view) : readWeek(days))
    if (lists.includes(null)) return setReading(view, { isLoading: false, problem })
    const rows = lists.flatMap((list) =>
      (list?.nodes ?? []).flatMap((node, index) => {
        if (node === null) return []
        const failed = errors.some(({ path }) => path?.[2] === index && path[3] === 'clinician')
        return { ...rowOf(node), staleSince: staleSince ?? null, ...(failed && { clinicianId: undefined }) }
      }),
    )
    const isCut = lists.some((list) => list?.pageInfo.hasNextPage)
    const ranges = isCut ? [] : days.map(clock.rangeOf)
    const isListed = ({ start }: Row) => ranges.some(([from, to]) => start >= from && start < to)
    set({ rows: takeFound(state.rows, { rows, since, isListed }) })
    setReading(view, { isLoading: false, readAt: now(), staleSince, problem, isCut })
    await readUpstream()
    if (days.length === 1 && !problem) await readNames(rows)
  }

  async function readDay(day: string) {
    const { data, ...told } = await ask(client.ask(DeskDayDocument, { day }))
    return { ...told, lists: [data?.appointments ?? null] }
  }

  async function readWeek([
    mon = '',
    tue = '',
    wed = '',
    thu = '',
    fri = '',
    sat = '',
    sun = '',
  ]: readonly string[]) {
    const { data, ...told } = await ask(client.ask(DeskWeekDocument, { mon, tue, wed, thu, fri, sat, sun }))
    const { mon: monday, tue: tuesday, ...rest } = data ?? {}
    return { ...told, lists: [monday ?? null, tuesday ?? null, ...Object.values(rest)] }
  }

  /** A name costs a request, once an hour for all desks: so only while more than half of the quota is left. */
  async function readNames(rows: readonly Row[]): Promise<void> {
    const ids = rows.map(({ id }) => id).filter((id) => state.rows.byId.get(id)?.name === undefined)
    for (let from = 0; from < ids.length; from += NAMES) {
      const { quota } = state
      if (quota && quota.remaining < quota.limit / 2) return
      const since = state.rows.changes
      const { data } = await ask(client.ask(DeskNamesDocument, { ids: ids.slice(from, from + NAMES) }))
      const named = (data?.nodes ?? []).flatMap((node) => {
        const row = node && state.rows.byId.get(node.id)
        return row && 'attendeeName' in node ? { ...row, name: node.attendeeName ?? null } : []
      })
      set({ rows: takeFound(state.rows, { rows: named, since }) })
      await readUpstream()
    }
  }

  async function readDirectory(): Promise<void> {
    const { data } = await ask(client.ask(DeskDirectoryDocument, {}))
    const clinicians = data?.clinicians?.nodes.filter((node) => node !== null) ?? []
    const kinds = data?.appointmentTypes?.nodes.filter((node) => node !== null) ?? []
    set({
      clinicians: clinicians.map(({ id, displayName, name, role, isActive }) => {
        return { id, name: displayName ?? name ?? '', role: role ?? '', isActive: isActive !== false }
      }),
      kinds: kinds
        .filter(({ isActive }) => isActive !== false)
        .map(({ id, name, durationMinutes }) => ({ id, name: name ?? '', minutes: durationMinutes ?? 30 })),
    })
  }

  async function readUpstream(): Promise<void> {
    const { data } = await ask(client.ask(DeskUpstreamDocument, {}, { byGet: false }))
    if (data?.upstream) set({ quota: data.upstream.quota, upstreamFails: data.upstream.state === 'FAILING' })
  }

  /** What was read before the stream opened may lack a change. */
  function readAgain(): void {
    set({ readings: new Map([...state.readings].filter(([view]) => view === state.view)) })
    void read(state.view)
  }

  function setLine(isOpen: boolean): void {
    set({ line: isOpen ? 'live' : 'away' })
    if (isOpen && state.readings.get(state.view)?.problem) void read(state.view)
  }

  /** Follows the changes for as long as the desk is open. */
  async function follow(): Promise<void> {
    while (!signal.aborted) {
      const told = { signal, anew: true, onOpen: readAgain, onLine: setLine }
      try {
        for await (const { data } of client.subscribe(DeskChangesDocument, {}, told)) {
          const change = data?.appointmentChanged
          if (change?.appointment)
            set({ rows: takeChange(state.rows, change.movement, rowOf(change.appointment)) })
        }
      } catch (error) {
        const { code } = problemOf(error instanceof RequestError ? error.errors[0] : undefined, clock.timeOf)
        set({ line: code === 'EVENTS_UNAVAILABLE' ? 'off' : 'away', needsKey: code === 'UNAUTHENTICATED' })
      }
      await pause(state.line === 'off' ? 20 * TICK_MS : 5000)
    }
  }

  function tick(): void {
    if (signal.aborted) return
    set({ now: now() })
    const { isLoading, problem, staleSince, readAt = 0 } = state.readings.get(state.view) ?? {}
    const isOld = state.line === 'off' && now() - readAt >= 2 * TICK_MS
    if (!isLoading && (problem || staleSince || isOld)) void read(state.view)
    else void readUpstream()
    if (state.clinicians.length === 0) void readDirectory()
    setTimer(tick, TICK_MS)
  }

  function dismiss(id: number): void {
    set({ notices: state.notices.filter((notice) => notice.id !== id) })
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
    subscribe: (listener: () => void) => listeners.add(listener),
    open(): void {
      void read(state.view)
      void readDirectory()
      void follow()
      setTimer(tick, TICK_MS)
    },
    close: () => leaving.abort(),
    show(view: View): void {
      set({ view })
      const { isLoading, readAt, problem } = state.readings.get(view) ?? {}
      if (!isLoading && (readAt === undefined || problem)) void read(view)
    },
    /** Good news goes by itself, and when the next comes. */
    notify(kind: Notice['kind'], text: string, action?: Notice['action']): void {
      lastNotice += 1
      const id = lastNotice
      set({
        notices: [
          ...state.notices.filter((each) => each.kind !== 'done').slice(-2),
          { id, kind, text, action },
        ],
      })
      if (kind === 'done') setTimer(() => dismiss(id), 8000)
    },
    details: (id: string) => ask(client.ask(DeskAppointmentDocument, { id })),
    findPatients: (search: string) => ask(client.ask(DeskPatientsDocument, { search })),
    visitsOf: (patientId: string) =>
      ask(client.ask(DeskVisitsDocument, { patientId, gte: new Date(now()).toISOString() })),
  }
}
