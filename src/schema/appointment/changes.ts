import { OPEN_STATUSES } from '../../contract/appointment.ts'
import type { AppointmentFields } from '../../contract/field-names.ts'
import { REST_ID } from '../../contract/rest-id.ts'
import { UserInputError } from '../errors.ts'
import { parseId } from '../global-id.ts'
import { REFERENCES } from '../references.ts'
import type { CreateAppointmentInput, UpdateAppointmentInput } from './inputs.ts'

type Changes = { -readonly [Name in keyof AppointmentFields]?: AppointmentFields[Name] }

/** Checks the input of a create. A null is left out: there is nothing yet that it could clear. */
export function toCreation(input: typeof CreateAppointmentInput.$inferInput): Changes {
  const { idempotencyKey, clientMutationId, ...fields } = input
  if (idempotencyKey != null && !/^.{1,255}$/su.test(idempotencyKey))
    throw new UserInputError('input.idempotencyKey', 'An idempotency key has 1 to 255 characters.')
  if (fields.status != null && !OPEN_STATUSES.some((open) => open === fields.status))
    throw new UserInputError(
      'input.status',
      `An appointment is created in one of ${OPEN_STATUSES.join(', ').toUpperCase()}.`,
    )
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as Changes
  return checked(given)
}

const NOT_NULLABLE = ['title', 'startTime', 'endTime', 'isRemote'] as const

/** Checks the input of an update: absent leaves a field, null clears it. */
export function toUpdate(input: typeof UpdateAppointmentInput.$inferInput): Changes {
  const { id, clientMutationId, ...fields } = input
  for (const name of NOT_NULLABLE)
    if (fields[name] === null)
      throw new UserInputError(`input.${name}`, `${name} can be changed, not cleared.`)
  const changes = Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Changes
  if (Object.keys(changes).length === 0) throw new UserInputError('input', 'The update changes nothing.')
  return checked(changes)
}

function checked(changes: Changes): Changes {
  for (const { idField, kind } of REFERENCES) {
    const id = changes[idField]
    if (id != null) changes[idField] = parseId(kind, id, `input.${idField}`)
  }
  if (changes.episodeId != null && !REST_ID.test(changes.episodeId))
    throw new UserInputError('input.episodeId', 'This is not an id of an episode.')
  const { startTime, endTime } = changes
  if (startTime != null && endTime != null && Date.parse(endTime) <= Date.parse(startTime))
    throw new UserInputError('input.endTime', 'An appointment ends after it begins.')
  return changes
}
