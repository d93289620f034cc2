import type { ValidationRule } from 'graphql'
import type { LimitName, Limits } from '../limits/limits.ts'
import { limitExceeded } from '../refusals.ts'
import { documentSize } from './size.ts'

/**
 * A validation rule that refuses a document above the limits. It counts all aliases and directives, and a fragment once
 * however often it is spread. A fragment adds no level of depth of its own. The error names the limit.
 */
export function documentLimits(limits: Limits): ValidationRule {
  function requireAtMost(name: LimitName, count: number, what: string): void {
    const max = limits[name]
    if (count > max)
      throw limitExceeded(name, max, `An operation has more than ${max} ${what}.`, {
        status: 400,
        spec: true,
      })
  }

  return (context) => ({
    // Throws instead of reporting, so that validation stops.
    Document() {
      const { width, depth, aliases, directives, defers } = documentSize(context.getDocument())
      requireAtMost('MAX_DEPTH', depth, 'levels of fields')
      requireAtMost('MAX_ALIASES', aliases, 'aliases')
      requireAtMost('MAX_ROOT_FIELDS', width, 'fields on its outermost level')
      requireAtMost('MAX_DIRECTIVES', directives, 'directives')
      requireAtMost('MAX_DEFERS', defers, 'fragments with @defer')
    },
  })
}
