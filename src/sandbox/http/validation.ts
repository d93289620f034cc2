import type { ZodError } from 'zod'
import { validationError } from './errors.ts'

type Outcome = { readonly target: string } & (
  | { readonly success: true }
  | { readonly success: false; readonly error: ZodError }
)

/** Throws one `VALIDATION_ERROR` for all fields at fault, with the first problem of each. */
export function rejectInvalid(outcome: Outcome): void {
  if (outcome.success) return
  const fields: Record<string, string> = {}
  for (const { path, message } of outcome.error.issues) {
    const field = fieldName(outcome.target, path)
    fields[field] ??= message
  }
  throw validationError(fields)
}

function fieldName(target: string, path: readonly PropertyKey[]): string {
  const [name] = path
  if (name === undefined) return target === 'json' ? 'body' : target
  return name === 'idempotency-key' ? 'Idempotency-Key' : String(name)
}
