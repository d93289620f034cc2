import { FIELDS_OF_CANCELLED, FIELDS_OF_CREATED, type FieldName } from '../../contract/field-names.ts'
import type { AppointmentRef } from '../../loaders/memory.ts'
import { builder, CLIENT_MUTATION_ID } from '../builder.ts'
import { parseId } from '../global-id.ts'
import { ONE, type PriceTag } from '../price-tag.ts'
import { toCreation, toUpdate } from './changes.ts'
import { idempotencySourceOf, selectedOfAppointment } from './create-info.ts'
import { CancelAppointmentInput, CreateAppointmentInput, UpdateAppointmentInput } from './inputs.ts'
import { Appointment } from './type.ts'

interface Payload {
  readonly clientMutationId: string | null | undefined
  readonly appointment: AppointmentRef
}

interface CancelPayload extends Payload {
  readonly performedAt: string | Error | null
  readonly performedBy: string | Error | null
}

const MAY_COST =
  "Fields that the upstream's response does not have cost one more request in total, and only when selected."

const CreateAppointmentPayload = builder.objectRef<Payload>('CreateAppointmentPayload').implement({
  description: 'The result of a create.',
  fields: (t) => ({
    clientMutationId: t.exposeString('clientMutationId', { description: CLIENT_MUTATION_ID.payload }),
    appointment: t.expose('appointment', {
      type: Appointment,
      description: `The new appointment. ${MAY_COST}`,
    }),
  }),
})

const UpdateAppointmentPayload = builder.objectRef<Payload>('UpdateAppointmentPayload').implement({
  description: 'The result of an update.',
  fields: (t) => ({
    clientMutationId: t.exposeString('clientMutationId', { description: CLIENT_MUTATION_ID.payload }),
    appointment: t.expose('appointment', {
      type: Appointment,
      description: `The appointment as it is now. ${MAY_COST}`,
    }),
  }),
})

const CancelAppointmentPayload = builder.objectRef<CancelPayload>('CancelAppointmentPayload').implement({
  description: 'The result of a cancellation.',
  fields: (t) => ({
    clientMutationId: t.exposeString('clientMutationId', { description: CLIENT_MUTATION_ID.payload }),
    appointment: t.expose('appointment', {
      type: Appointment,
      description: `The appointment as it is now. Its id, status and reason are in the upstream's response. ${MAY_COST}`,
    }),
    performedAt: t.field({
      type: 'DateTime',
      resolve: ({ performedAt }) => valueOrThrow(performedAt),
      description: "When it was cancelled; null where the upstream's response does not have it.",
    }),
    performedBy: t.string({
      resolve: ({ performedBy }) => valueOrThrow(performedBy),
      description:
        "The upstream's name of the key that cancelled it; null where the response does not have it.",
    }),
  }),
})

function valueOrThrow(value: string | Error | null): string | null {
  if (value instanceof Error) throw value
  return value
}

/** A write costs one request more where the client selects a field that the upstream's response may not have. */
const priceOfCreate: PriceTag = ({ input }: { readonly input: BookingInput }, { pricing }) => [
  { cost: ONE, rows: { count: 1, known: new Set(FIELDS_OF_CREATED) } },
  { cost: pricing.ifFree(ownersOf(input).length) },
]

function priceOfChange(answered: readonly FieldName[]): PriceTag {
  return (_args, { pricing }) => [{ cost: pricing.change, rows: { count: 1, known: new Set(answered) } }]
}

type BookingInput = Pick<typeof CreateAppointmentInput.$inferInput, 'ifFree'>

/** The values of `ifFree` without duplicates. */
function ownersOf({ ifFree }: BookingInput) {
  return [...new Set(ifFree)]
}

builder.mutationFields((t) => ({
  createAppointment: t.field({
    extensions: { price: priceOfCreate, minAtMost: 4 },
    type: CreateAppointmentPayload,
    description:
      'Books an appointment: one upstream request, safe to repeat with the same `idempotencyKey`. With `ifFree` one more for each of its values, and two where the gateway receives no events.',
    args: { input: t.arg({ type: CreateAppointmentInput, required: true, description: 'What to book.' }) },
    resolve: async (_root, { input }, { loaders }, info) => {
      const appointment = await loaders.appointments.create({
        fields: toCreation(input),
        source: idempotencySourceOf(info),
        ifFree: ownersOf(input),
        selected: selectedOfAppointment(info),
      })
      return { clientMutationId: input.clientMutationId, appointment }
    },
  }),
  updateAppointment: t.field({
    extensions: { price: priceOfChange(['id']), minAtMost: 2 },
    type: UpdateAppointmentPayload,
    description:
      'Changes an appointment, but never its status: one upstream request, and one more for a caller that is limited to its own appointments.',
    args: { input: t.arg({ type: UpdateAppointmentInput, required: true, description: 'What to change.' }) },
    resolve: async (_root, { input }, { loaders }) => {
      const id = parseId('Appointment', input.id, 'input.id')
      return {
        clientMutationId: input.clientMutationId,
        appointment: await loaders.appointments.update(id, toUpdate(input)),
      }
    },
  }),
  cancelAppointment: t.field({
    extensions: { price: priceOfChange(FIELDS_OF_CANCELLED), minAtMost: 2 },
    type: CancelAppointmentPayload,
    description:
      'Cancels an appointment that is still open, else `INVALID_STATE_TRANSITION`: one upstream request, and one more for a caller that is limited to its own appointments.',
    args: { input: t.arg({ type: CancelAppointmentInput, required: true, description: 'What to cancel.' }) },
    resolve: async (_root, { input }, { loaders }) => {
      const id = parseId('Appointment', input.id, 'input.id')
      const done = await loaders.appointments.cancel(id, input.cancellationReason ?? null)
      return { ...done, clientMutationId: input.clientMutationId }
    },
  }),
}))
