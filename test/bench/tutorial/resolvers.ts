import { ENTRY_FIELDS, ENTRY_PATHS, type EntryKind } from '../../../src/contract/directory-fields.ts'
import { FIELD_NAMES, type FieldName } from '../../../src/contract/field-names.ts'
import type { AppointmentsApi, Row } from './api.ts'
import { globalIdOf, restIdOf } from './global-id.ts'
import { type ListArguments, readList } from './lists.ts'

export interface TutorialContext {
  readonly api: AppointmentsApi
}

interface ById {
  readonly id: string
}

interface Input {
  readonly input: Readonly<Record<string, unknown>> & { readonly id: string }
}

/** Reads a field from the row, or loads the complete appointment if the row does not have the field. */
async function readField(row: Row, name: FieldName, { api }: TutorialContext) {
  const whole = row[FIELD_NAMES[name]] === undefined ? await api.appointment(row.id) : row
  const value = whole[FIELD_NAMES[name]]
  return name === 'status' ? String(value).toUpperCase() : value
}

const field = (name: FieldName) => (row: Row, _args: object, context: TutorialContext) =>
  readField(row, name, context)

const reference =
  (type: string, name: FieldName) => async (row: Row, _args: object, context: TutorialContext) => {
    const id = await readField(row, name, context)
    return id ? { __typename: type, restId: id } : null
  }

const referenceType = (type: EntryKind, parameter: string) => ({
  ...Object.fromEntries(
    Object.entries(ENTRY_FIELDS[type]).map(([name, { rest }]) => [
      name,
      async ({ restId }: { restId: string }, _args: object, { api }: TutorialContext) =>
        (await api.entry(`${ENTRY_PATHS[type].slice(1)}/${restId}`))[rest],
    ]),
  ),
  id: ({ restId }: { restId: string }) => globalIdOf(type, restId),
  appointments: ({ restId }: { restId: string }, args: ListArguments, { api }: TutorialContext) =>
    readList(api, args, { [parameter]: restId }),
})

const referenceById =
  (type: string) =>
  (_root: unknown, { id }: ById) => ({ __typename: type, restId: restIdOf(id) })

const PLAIN_FIELDS = (Object.keys(FIELD_NAMES) as FieldName[]).filter((name) => name !== 'id')

export const resolvers = {
  Node: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
  Query: {
    appointment: (_root: unknown, { id }: ById, { api }: TutorialContext) => api.appointment(restIdOf(id)),
    appointments: (_root: unknown, args: ListArguments, { api }: TutorialContext) => readList(api, args),
    patient: referenceById('Patient'),
    clinician: referenceById('Clinician'),
  },
  Mutation: {
    createAppointment: async (_root: unknown, { input }: Input, { api }: TutorialContext) => {
      const { data } = await api.create(bodyOf(input))
      return { appointment: data }
    },
    updateAppointment: async (_root: unknown, { input }: Input, { api }: TutorialContext) => {
      const { data } = await api.update(restIdOf(input.id), bodyOf(input))
      return { appointment: data }
    },
    cancelAppointment: async (_root: unknown, { input }: Input, { api }: TutorialContext) => {
      const { data, meta } = await api.cancel(restIdOf(input.id), bodyOf(input))
      return { appointment: data, performedAt: meta.performed_at, performedBy: meta.performed_by }
    },
  },
  Appointment: {
    ...Object.fromEntries(
      PLAIN_FIELDS.filter((name) => !name.endsWith('Id') || name === 'episodeId').map((name) => [
        name,
        field(name),
      ]),
    ),
    id: ({ id }: Row) => globalIdOf('Appointment', id),
    restId: ({ id }: Row) => id,
    isCancellable: async (row: Row, _args: object, context: TutorialContext) =>
      ['PENDING_APPROVAL', 'PENDING', 'CONFIRMED', 'SCHEDULED'].includes(
        String(await readField(row, 'status', context)),
      ),
    patient: reference('Patient', 'patientId'),
    clinician: reference('Clinician', 'clinicianId'),
    appointmentType: reference('AppointmentType', 'appointmentTypeId'),
    location: reference('Location', 'locationId'),
  },
  Patient: referenceType('Patient', 'patient_id'),
  Clinician: referenceType('Clinician', 'clinician_id'),
  Location: referenceType('Location', 'location_id'),
  AppointmentType: referenceType('AppointmentType', 'appointment_type_id'),
}

function bodyOf(input: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { id, clientMutationId, idempotencyKey, ...fields } = input
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [FIELD_NAMES[name as FieldName] ?? name, value]),
  )
}
