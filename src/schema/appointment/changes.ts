import { OPEN_STATUSES } from '../../contract/appointment.ts'
import type { AppointmentFields } from '../../contract/field-names.ts'
import { REST_ID } from '../../contract/rest-id.ts'
import { UserInputError } from '../errors.ts'
import { parseId } from '../global-id.ts'
import { REFERENCES } from '../references.ts'
import type { CreateAppointmentInput, UpdateAppointmentInput } from './inputs.ts'

type Changes = Partial<AppointmentFields>

/**
 * Validates the input of a create, and returns its fields without nulls, since a new appointment has no value to clear.
 * Throws a `UserInputError`.
 */
export function toCreation(input: typeof CreateAppointmentInput.$inferInput): Changes {
  const { idempotencyKey, clientMutationId, ifFree, ...fields } = input
  if (idempotencyKey != null && !/^.{1,255}$/su.test(idempotencyKey))
    throw new UserInputError('input.idempotencyKey', 'An idempotency key has 1 to 255 characters.')
  if (fields.status != null && !OPEN_STATUSES.some((open) => open === fields.status))
    throw new UserInputError(
      'input.status',
      `An appointment is created in one of ${OPEN_STATUSES.join(', ').toUpperCase()}.`,
    )
  const isChecked = ifFree != null && ifFree.length > 0
  if (isChecked && Date.parse(fields.endTime) - Date.parse(fields.startTime) > MAX_CHECKED_MS)
    throw new UserInputError('input.endTime', 'ifFree is for appointments of seven days at most.')
  return checkChanges(Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)))
}

/** A longer appointment is a mistake, and its check would block other bookings on all of its days. */
const MAX_CHECKED_MS = 7 * 86_400_000

const NOT_NULLABLE = ['title', 'startTime', 'endTime', 'isRemote'] as const

/**
 * Validates the input of an update, and returns its fields: an absent field keeps its value, a null clears it.
 * Throws a `UserInputError`.
 */
export function toUpdate(input: typeof UpdateAppointmentInput.$inferInput): Changes {
  const { id, clientMutationId, ...fields } = input
  for (const name of NOT_NULLABLE)
    if (fields[name] === null)
      throw new UserInputError(`input.${name}`, `${name} can be changed, not cleared.`)
  const changes: Changes = Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  )
  if (Object.keys(changes).length === 0) throw new UserInputError('input', 'The update changes nothing.')
  return checkChanges(changes)
}

/** Validates the changes, and returns them with the upstream's ids in place of global ids. */
function checkChanges(changes: Changes): Changes {
  const ids = REFERENCES.flatMap(({ idField, kind }) => {
    const id = changes[idField]
    return id == null ? [] : [[idField, parseId(kind, id, `input.${idField}`)]]
  })
  if (changes.episodeId != null && !REST_ID.test(changes.episodeId))
    throw new UserInputError('input.episodeId', 'This is not an id of an episode.')
  const { startTime, endTime } = changes
  if (startTime != null && endTime != null && Date.parse(endTime) <= Date.parse(startTime))
    throw new UserInputError('input.endTime', 'An appointment ends after it begins.')
  return { ...changes, ...Object.fromEntries(ids) }
}
