import { GraphQLError } from 'graphql'
import { type ReportFault, wordError } from './errors.ts'
import { PRIVATE } from './http/privacy.ts'

/** The answer where something failed around the execution, in a plugin say: the server's own would show the stack of it. */
export function answerFault(fault: unknown, report: ReportFault): Response {
  const originalError = fault instanceof Error ? fault : new Error(typeof fault)
  const masked = wordError(new GraphQLError('', { originalError }), report)
  return Response.json({ errors: [masked] }, { status: 500, headers: PRIVATE })
}
