import { APPOINTMENT_EVENT_TYPES, type AppointmentEventType, ENTRY_EVENT_PATHS } from '../contract/event.ts'
import { FIELD_NAMES, type FieldName, type PartialAppointment } from '../contract/field-names.ts'
import { FIELD_READERS, readId } from '../contract/field-values.ts'
import { toUtc } from '../contract/instant.ts'

/** What an event of the upstream tells of one appointment. */
export interface AppointmentEvent {
  readonly id: string
  readonly kind: 'created' | 'updated' | 'rescheduled' | 'cancelled' | 'completed' | 'no_show'
  /** When the upstream made the event, in RFC 3339. */
  readonly createdAt: string
  readonly now: PartialAppointment
  /** null for an appointment that is new; undefined where the event does not tell. */
  readonly before: PartialAppointment | null | undefined
}

export interface Delivery {
  readonly organisation: string | undefined
  /** `unreadable` where the event does not say which appointment it is of; `other` where it is of none. */
  readonly event: AppointmentEvent | 'unreadable' | 'other'
  /** Of another event: the paths of the list and of the item that it may have changed. */
  readonly changed: readonly string[]
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Reads the body of a delivery. Undefined where it is no event at all. A field that can't be read is left out, as one that
 * the event does not show.
 *
 * A body that is not UTF-8 is still news: what is in ASCII is read, and other text is left out.
 */
export function readDelivery(bytes: Uint8Array): Delivery | undefined {
  const body = parseObject(decode(bytes))
  if (body === undefined || typeof body.type !== 'string') return undefined
  const organisation = typeof body.organization_id === 'string' ? body.organization_id : undefined
  const type = APPOINTMENT_EVENT_TYPES.find((known) => known === body.type)
  if (type === undefined) return { organisation, event: 'other', changed: pathsOf(body.type, body) }
  return { organisation, event: readEvent(type, body) ?? 'unreadable', changed: [] }
}

/** None where the event is of no person or place. */
function pathsOf(type: string, body: JsonObject): string[] {
  const list = ENTRY_EVENT_PATHS.get(type.split('.')[0] ?? '')
  if (list === undefined) return []
  const id = readId(asObject(asObject(body.data)?.object)?.id)
  return id === undefined ? [list] : [list, `${list}/${id}`]
}

function readEvent(type: AppointmentEventType, body: JsonObject): AppointmentEvent | undefined {
  const { id, created_at } = body
  const createdAt = toUtc(created_at)
  const data = asObject(body.data)
  const now = readAppointment(data?.object)
  if (typeof id !== 'string' || id === '' || createdAt === undefined || now === undefined) return undefined
  const kind = type.slice('appointment.'.length) as AppointmentEvent['kind']
  return { id, kind, createdAt, now, before: kind === 'created' ? null : readPrevious(data?.previous, now) }
}

/**
 * An upstream may show the appointment as it was, and then what is left out is not known; or, without an id, only the
 * fields that changed.
 */
function readPrevious(previous: unknown, now: PartialAppointment): PartialAppointment | undefined {
  const shown = asObject(previous)
  if (shown === undefined) return undefined
  const before = readFields(shown)
  return Object.hasOwn(shown, 'id') ? { ...before, id: now.id } : { ...now, ...before, id: now.id }
}

function readAppointment(object: unknown): PartialAppointment | undefined {
  const shown = asObject(object)
  const fields = shown && readFields(shown)
  return fields?.id === undefined ? undefined : { ...fields, id: fields.id }
}

function readFields(shown: JsonObject): Partial<PartialAppointment> {
  const fields: Record<string, unknown> = {}
  for (const name of Object.keys(FIELD_NAMES) as FieldName[]) {
    const value = shown[FIELD_NAMES[name]]
    if (value !== undefined) fields[name] = readValue(name, value)
  }
  return fields
}

function readValue(name: FieldName, value: unknown): unknown {
  if (value === null) return name === 'id' ? undefined : null
  return typeof value === 'string' && value.includes(UNREADABLE) ? undefined : FIELD_READERS[name](value)
}

/** Stands for a byte that is no part of UTF-8: no reader takes a text with it. */
const UNREADABLE = '\ufffd'

/** Without the byte-order mark that some programs put in front. */
function decode(bytes: Uint8Array): string {
  try {
    return UTF_8.decode(bytes)
  } catch {
    return Buffer.from(bytes)
      .toString('latin1')
      .replace(/\P{ASCII}/gu, UNREADABLE)
  }
}

type JsonObject = Readonly<Record<string, unknown>>

function parseObject(text: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(text))
  } catch {
    return undefined
  }
}

function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined
}
