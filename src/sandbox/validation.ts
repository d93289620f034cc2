import type { Hook } from '@hono/zod-openapi'
import type { Exchange } from './exchange.ts'
import { invalid } from './refusal.ts'

/** What fails its schema becomes one `VALIDATION_ERROR` that names every field at fault, each once. */
// biome-ignore lint/suspicious/noExplicitAny: the library's own type for a hook that serves every route.
export const refuseInvalid: Hook<any, Exchange, any, any> = (result) => {
  if (result.success) return
  const fields: Record<string, string> = {}
  for (const { path, message } of result.error.issues) {
    const field = fieldName(result.target, path)
    fields[field] ??= message
  }
  throw invalid(fields)
}

function fieldName(target: string, path: readonly PropertyKey[]): string {
  const [name] = path
  if (name === undefined) return target === 'json' ? 'body' : target
  return name === 'idempotency-key' ? 'Idempotency-Key' : String(name)
}
