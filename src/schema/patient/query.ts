import { addReferenceQuery } from '../reference-query.ts'
import { Patient } from './type.ts'

addReferenceQuery('patient', 'Patient', Patient)
