import { z } from '@hono/zod-openapi'
import { parseDateOrInstant, parseInstant } from '../instants.ts'

/** Text that a database and a JSON reader can both hold. */
export const text = z
  .string({ error: (issue) => (issue.input === undefined ? 'is required' : 'must be text, given once') })
  .refine((value) => value.isWellFormed() && !value.includes('\0'), 'must be well-formed Unicode without NUL')

/** Never empty: an empty filter must not read as "no filter". */
export const filledText = text.refine((value) => value.trim() !== '', 'must not be empty')

/** The id of something that this API does not hold; taken unseen. */
export const reference = filledText.openapi({ minLength: 1 })

/** An ISO 8601 instant with its zone, read to milliseconds. */
export const instant = text
  .transform((value, context) => parseInstant(value) ?? refuse(context, INSTANT_WANTED))
  .openapi({ type: 'string', format: 'date-time', example: '2025-01-20T14:00:00Z' })

/** Like `instant`; a bare date is its midnight in UTC. */
export const dateOrInstant = text
  .transform(
    (value, context) => parseDateOrInstant(value) ?? refuse(context, `${INSTANT_WANTED}, or 2025-01-20`),
  )
  .openapi({ type: 'string', example: '2025-01-20' })

const INSTANT_WANTED = 'must be an ISO 8601 instant with its zone, like 2025-01-20T14:00:00Z'

function refuse(context: z.RefinementCtx<string>, message: string): never {
  context.addIssue({ code: 'custom', message })
  return z.NEVER
}
