import type { DeskRowFragment } from '../client/generated/graphql.ts'
import { type AppointmentStatus, addDays, type LiveRows, NO_ROWS } from '../client/index.ts'
import type { Problem } from './words.ts'

/** An appointment on the screen. */
export interface Row {
  readonly id: string
  readonly title: string
  /** Milliseconds since the epoch. */
  readonly start: number
  readonly end: number
  readonly status: AppointmentStatus
  readonly isCancellable: boolean
  /** Null: nobody is named. Undefined: not known yet. So is the name of the patient. */
  readonly clinicianId?: string | null | undefined
  readonly name?: string | null | undefined
  /** Since when it may be out of date, in RFC 3339; null where it is not. */
  readonly staleSince?: string | null | undefined
}

/** A day such as `2026-03-29`, or a week by its Monday: `week-2026-03-23`. */
export type View = string

/** How the reading of a view went. Its rows stay, whatever happens to a later reading. */
export interface Reading {
  readonly isLoading: boolean
  /** When it was read last, by this machine's clock; undefined before that. */
  readonly readAt?: number
  readonly staleSince?: string | undefined
  readonly problem?: Problem | undefined
  /** There is more than the desk shows. */
  readonly isCut?: boolean
}

export interface Clinician {
  readonly id: string
  readonly name: string
  readonly role: string
  readonly isActive: boolean
}

export interface Kind {
  readonly id: string
  readonly name: string
  readonly minutes: number
}

export interface Quota {
  readonly limit: number
  readonly remaining: number
  readonly resetsAt: string
  /** Null until there is one. */
  readonly forecast: { readonly spentAt: string | null } | null
}

export interface Notice {
  readonly id: number
  readonly kind: 'done' | 'problem' | 'unclear'
  readonly text: string
  readonly action?: { readonly label: string; readonly run: () => void } | undefined
}

export interface State {
  readonly now: number
  readonly view: View
  readonly rows: LiveRows<Row>
  readonly readings: ReadonlyMap<View, Reading>
  readonly clinicians: readonly Clinician[]
  readonly kinds: readonly Kind[]
  /** Of the stream of changes. `off`: the gateway gets no events, so the desk looks again each minute. */
  readonly line: 'opening' | 'live' | 'away' | 'off'
  readonly quota: Quota | null
  readonly upstreamFails: boolean
  /** Rows of which nobody knows whether a write has happened. */
  readonly unclear: ReadonlySet<string>
  readonly notices: readonly Notice[]
  /** Callers send a key or a token, and this one has none that is accepted. */
  readonly needsKey: boolean
}

export function initialState(view: View, now: number): State {
  return {
    ...{ now, view, rows: NO_ROWS, readings: new Map(), clinicians: [], kinds: [], line: 'opening' },
    ...{ quota: null, upstreamFails: false, unclear: new Set(), notices: [], needsKey: false },
  }
}

type Node = DeskRowFragment & {
  readonly attendeeName?: string | null
  readonly clinician?: { readonly id: string } | null
}

/** What an answer says of an appointment: what it does not say stays undefined. */
export function rowOf({ clinician, attendeeName, ...node }: Node): Row {
  return {
    id: node.id,
    title: node.title ?? '',
    start: Date.parse(node.startTime ?? ''),
    end: Date.parse(node.endTime ?? ''),
    status: node.status ?? 'PENDING',
    isCancellable: node.isCancellable === true,
    clinicianId: clinician === undefined ? undefined : (clinician?.id ?? null),
    name: attendeeName,
    staleSince: null,
  }
}

/** One day, or the seven of a week. */
export function daysOf(view: View): readonly string[] {
  const monday = /^week-(.*)/.exec(view)?.[1]
  return monday ? Array.from({ length: 7 }, (_, index) => addDays(monday, index)) : [view]
}

export function weekOf(day: string): View {
  return `week-${addDays(day, -((new Date(day).getUTCDay() + 6) % 7))}`
}

/** The rows that begin in the range, in the order of their beginning. */
export function rowsIn(rows: readonly Row[], [from, to]: readonly [number, number]): readonly Row[] {
  return rows
    .filter(({ start }) => start >= from && start < to)
    .sort((a, b) => a.start - b.start || a.end - b.end)
}
