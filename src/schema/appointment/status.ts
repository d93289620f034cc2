import { APPOINTMENT_STATUSES, type AppointmentStatus } from '../../contract/appointment.ts'
import { builder } from '../builder.ts'

const MEANINGS: Readonly<Record<AppointmentStatus, string>> = {
  pending_approval: 'Awaiting approval. Can be cancelled.',
  pending: 'Awaiting confirmation. Can be cancelled.',
  confirmed: 'Confirmed. Can be cancelled.',
  scheduled: 'Scheduled. Can be cancelled.',
  cancelled: 'Cancelled: final.',
  completed: 'Took place: final.',
  no_show: 'The patient did not attend: final.',
}

export const Status = builder.enumType('AppointmentStatus', {
  description:
    'The status of an appointment. It changes only by an action such as `cancelAppointment`, never by an update.',
  values: Object.fromEntries(
    APPOINTMENT_STATUSES.map((status) => [
      status.toUpperCase(),
      { value: status, description: MEANINGS[status] },
    ]),
  ) as Record<Uppercase<AppointmentStatus>, { value: AppointmentStatus; description: string }>,
})
