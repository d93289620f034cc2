import { z } from '@hono/zod-openapi'
import { parseDateOrInstant, parseInstant } from '../instants.ts'

/** The problem of a body that is JSON, but not an object. */
export const notAnObject = { error: 'must be a JSON object' }

/** Text that SQLite and JSON both store unchanged. */
export const text = z
  .string({ error: (issue) => (issue.input === undefined ? 'is required' : 'must be text, given once') })
  .refine((value) => value.isWellFormed() && !value.includes('\0'), 'must be well-formed Unicode without NUL')

/** Rejects empty text, so that an empty filter does not count as no filter. */
export const nonEmptyText = text.refine((value) => value.trim() !== '', 'must not be empty')

export const flag = z.boolean('must be true or false')

/** The id of a patient, clinician or the like. The API does not check that it exists. */
export const reference = nonEmptyText.openapi({ minLength: 1 })

/** An ISO 8601 instant with its zone; the parsed value is in milliseconds since the epoch. */
export const instant = text
  .transform((value, context) => parseInstant(value) ?? addIssue(context, INSTANT_EXPECTED))
  .openapi({ type: 'string', format: 'date-time' })

/** Like `instant`, and also a bare date, as its midnight in UTC. */
export const dateOrInstant = text
  .transform(
    (value, context) => parseDateOrInstant(value) ?? addIssue(context, `${INSTANT_EXPECTED}, or 2025-01-20`),
  )
  .openapi({ type: 'string' })

/** A field that only the server writes. Sending one is an error, so that no client believes it changed one. */
export function readOnly(message: string) {
  return z
    .never({ error: message })
    .optional()
    .openapi({ type: 'string', readOnly: true, description: `It ${message}.` })
}

const INSTANT_EXPECTED = 'must be an ISO 8601 instant with its zone, like 2025-01-20T14:00:00Z'

function addIssue(context: z.RefinementCtx<string>, message: string): never {
  context.addIssue({ code: 'custom', message })
  return z.NEVER
}
