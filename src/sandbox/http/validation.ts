import type { ZodError } from 'zod'
import { invalid } from './refusal.ts'

type Outcome = { readonly target: string } & (
  | { readonly success: true }
  | { readonly success: false; readonly error: ZodError }
)

/** What fails its schema becomes one `VALIDATION_ERROR` that names every field at fault, each once. */
export function refuseInvalid(outcome: Outcome): void {
  if (outcome.success) return
  const fields: Record<string, string> = {}
  for (const { path, message } of outcome.error.issues) {
    const field = fieldName(outcome.target, path)
    fields[field] ??= message
  }
  throw invalid(fields)
}

function fieldName(target: string, path: readonly PropertyKey[]): string {
  const [name] = path
  if (name === undefined) return target === 'json' ? 'body' : target
  return name === 'idempotency-key' ? 'Idempotency-Key' : String(name)
}
