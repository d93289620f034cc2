import { addReferenceQuery } from '../reference-query.ts'
import { Clinician } from './type.ts'

addReferenceQuery('clinician', 'Clinician', Clinician)
