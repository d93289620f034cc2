import { addReferenceQuery } from '../reference-query.ts'
import { Location } from './type.ts'

addReferenceQuery('location', 'Location', Location)
