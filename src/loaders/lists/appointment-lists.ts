import type { AppointmentFilter } from '../../contract/field-names.ts'
import { filterQuery } from '../../rest/appointments/appointments.ts'
import type { AppointmentRow } from '../../rest/appointments/row.ts'
import { type AppointmentRef, refTo } from '../memory.ts'
import type { ListSource } from './connection.ts'
import { createPages, type PagesOptions } from './pages.ts'

type AppointmentLists = ListSource<AppointmentFilter, AppointmentRow, AppointmentRef>

/** The identity of lists of appointments and their rows. It does not depend on the operation. */
export const APPOINTMENT_LISTS: Pick<AppointmentLists, 'textOf' | 'stateOf' | 'nodeOf'> = {
  textOf: filterQuery,
  stateOf: ({ startTime, endTime, status, title, createdAt, updatedAt }) =>
    `${startTime} ${endTime} ${status} ${title} ${createdAt} ${updatedAt}`,
  nodeOf: ({ id }) => refTo(id),
}

export function createAppointmentLists(options: PagesOptions): AppointmentLists {
  return { ...APPOINTMENT_LISTS, ...createPages(options) }
}
