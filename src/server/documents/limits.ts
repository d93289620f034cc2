import type { ValidationRule } from 'graphql'
import type { LimitName, Limits } from '../limits/limits.ts'
import { limitExceeded } from '../refusals.ts'
import { documentSize } from './size.ts'

/**
 * Refuses a document that asks for too much, as a rule of its validation. It counts every alias and every directive,
 * fragments at the depth of their fields, and each fragment once however often it is spread. Its error names the limit.
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
    // Thrown and not reported, so that validation ends here.
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
