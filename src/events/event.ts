import { APPOINTMENT_EVENT_TYPES, type AppointmentEventType, ENTRY_EVENT_PATHS } from '../contract/event.ts'
import { FIELD_NAMES, type FieldName, type PartialAppointment } from '../contract/field-names.ts'
import { FIELD_READERS, readId } from '../contract/field-values.ts'
import { toUtc } from '../contract/instant.ts'

/** A webhook event of the upstream about one appointment. */
export interface AppointmentEvent {
  readonly id: string
  readonly kind: 'created' | 'updated' | 'rescheduled' | 'cancelled' | 'completed' | 'no_show'
  /** When the upstream created the event, in RFC 3339. */
  readonly createdAt: string
  readonly now: PartialAppointment
  /** null for an appointment that is new; undefined where the event does not contain it. */
  readonly before: PartialAppointment | null | undefined
}

export interface Delivery {
  readonly organisation: string | undefined
  /** `unreadable` for an appointment event without a readable appointment; `other` for an event of another kind. */
  readonly event: AppointmentEvent | 'unreadable' | 'other'
  /** For an event of another kind: the upstream paths of the list and the item that may have changed. */
  readonly changed: readonly string[]
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Reads the body of a webhook delivery. Undefined where it is not an event. A field that can't be read is left out, as if the
 * event did not contain it.
 *
 * A body that is not UTF-8 still reports a change: its ASCII texts are read, and all others are left out.
 */
export function readDelivery(bytes: Uint8Array): Delivery | undefined {
  const body = parseObject(decode(bytes))
  if (body === undefined || typeof body.type !== 'string') return undefined
  const organisation = typeof body.organization_id === 'string' ? body.organization_id : undefined
  const type = APPOINTMENT_EVENT_TYPES.find((known) => known === body.type)
  if (type === undefined) return { organisation, event: 'other', changed: pathsOf(body.type, body) }
  return { organisation, event: readEvent(type, body) ?? 'unreadable', changed: [] }
}

/** Empty for an event that is not about a person or a place. */
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
 * `previous` is either the appointment before the change, with an id, and then a missing field is not known; or only the
 * fields that changed, without an id.
 */
function readPrevious(previous: unknown, now: PartialAppointment): PartialAppointment | undefined {
  const object = asObject(previous)
  if (object === undefined) return undefined
  const before = readFields(object)
  return Object.hasOwn(object, 'id') ? { ...before, id: now.id } : { ...now, ...before, id: now.id }
}

function readAppointment(value: unknown): PartialAppointment | undefined {
  const object = asObject(value)
  const fields = object && readFields(object)
  return fields?.id === undefined ? undefined : { ...fields, id: fields.id }
}

function readFields(object: JsonObject): Partial<PartialAppointment> {
  const fields: Record<string, unknown> = {}
  for (const name of Object.keys(FIELD_NAMES) as FieldName[]) {
    const value = object[FIELD_NAMES[name]]
    if (value !== undefined) fields[name] = readValue(name, value)
  }
  return fields
}

function readValue(name: FieldName, value: unknown): unknown {
  if (value === null) return name === 'id' ? undefined : null
  return typeof value === 'string' && value.includes(UNREADABLE) ? undefined : FIELD_READERS[name](value)
}

/** Replaces each byte that is not ASCII: no field reader accepts a text that contains it. */
const UNREADABLE = '\ufffd'

/** `TextDecoder` also removes the byte-order mark that some programs write. */
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
