import { addReferenceQuery } from '../reference-query.ts'
import { AppointmentType } from './type.ts'

addReferenceQuery('appointmentType', 'AppointmentType', AppointmentType)
