import { REST_ID } from '../contract/rest-id.ts'
import { UserInputError } from './errors.ts'

/** The types that have a global id. */
export const KINDS = ['Appointment', 'Patient', 'Clinician', 'AppointmentType', 'Location'] as const
export type Kind = (typeof KINDS)[number]

/** A type and the upstream's id of one of its objects. Clients receive base64 of `Type:restId`. */
export interface GlobalId<K extends Kind = Kind> {
  readonly kind: K
  readonly restId: string
}

export type ReferenceKind = Exclude<Kind, 'Appointment'>

/**
 * An object that an appointment refers to. An appointment has only its id, so a reference costs no upstream request, and
 * may be to an object that does not exist.
 */
export type Reference<K extends ReferenceKind = ReferenceKind> = GlobalId<K>

const MAX_LENGTH = 256

/** `btoa` is enough, though it accepts only Latin-1: kinds and REST ids are ASCII. */
export function toGlobalId(kind: Kind, restId: string): string {
  return btoa(`${kind}:${restId}`)
}

export function isGlobalId(text: string): boolean {
  return decode(text) !== undefined
}

/** Parses a global id of any type. Throws a `UserInputError` for any other text. */
export function parseGlobalId(text: string, argument: string): GlobalId {
  const id = decode(text)
  if (id === undefined) throw new UserInputError(argument, 'This is not an id of this gateway.')
  return id
}

/**
 * Parses a global id or an upstream's id of a known type, and returns the upstream's id. Throws a `UserInputError` for
 * any other text, and for a global id of another type.
 */
export function parseId(kind: Kind, text: string, argument: string): string {
  const id = decode(text)
  if (id === undefined) {
    if (!REST_ID.test(text)) throw new UserInputError(argument, `This is not an id of the type ${kind}.`)
    return text
  }
  if (id.kind !== kind)
    throw new UserInputError(
      argument,
      `This is an id of the type ${id.kind}; one of the type ${kind} is needed.`,
    )
  return id.restId
}

function decode(text: string): GlobalId | undefined {
  if (text.length > MAX_LENGTH) return undefined
  const decoded = Buffer.from(text, 'base64').toString('latin1')
  const colon = decoded.indexOf(':')
  const kind = KINDS.find((known) => known === decoded.slice(0, colon))
  if (kind === undefined) return undefined
  const restId = decoded.slice(colon + 1)
  return REST_ID.test(restId) && isEncodingOf(text, toGlobalId(kind, restId)) ? { kind, restId } : undefined
}

/**
 * Node's decoder skips characters that are not base64, so only a text that encodes back to itself is an id. Routers and
 * helpers for base64url strip the padding. Otherwise the two alphabets encode these ids equally: no id has `+` or `/`.
 */
function isEncodingOf(text: string, globalId: string): boolean {
  return text === globalId || text === globalId.replace(/=+$/, '')
}
