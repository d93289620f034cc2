import './date-time.ts'
import './node.ts'
import './appointment/query.ts'
import './appointment/connection.ts'
import './appointment/mutation.ts'
import './patient/query.ts'
import './clinician/query.ts'
import './appointment-type/query.ts'
import './location/query.ts'
import { builder } from './builder.ts'

/** The whole graph: each import above adds its part to the builder. */
export const schema = builder.toSchema()
