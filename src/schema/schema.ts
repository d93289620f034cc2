import './date-time.ts'
import './node.ts'
import './references.ts'
import './directory/clinician.ts'
import './directory/location.ts'
import './directory/appointment-type.ts'
import './directory/patient.ts'
import './directory/connection.ts'
import './directory/mutation.ts'
import './appointment/query.ts'
import './appointment/connection.ts'
import './appointment/mutation.ts'
import './appointment/subscription.ts'
import { specifiedDirectives } from 'graphql'
import './calendar/mutation.ts'
import './upstream/query.ts'
import { builder } from './builder.ts'
import { deferDirective, liveDirective } from './directives.ts'

/** The GraphQL schema of the gateway. Each import above adds its types and root fields to the builder. */
export const schema = builder.toSchema({
  directives: [...specifiedDirectives, deferDirective, liveDirective],
})
