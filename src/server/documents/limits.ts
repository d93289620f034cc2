import type { ValidationRule } from 'graphql'
import { type LimitName, type Limits, limitExceeded } from '../limits/limits.ts'
import { documentSize } from './size.ts'

/**
 * Refuses a document that asks for too much, as a rule of its validation.
 *
 * GraphQL Armor 3.2.0 was tried first. It lets any number of aliases of `__typename` and of directives of variables
 * through, takes every fragment for a level of depth, and parses `[[[[…` until the stack overflows; and its errors do
 * not say which limit it was.
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
    // Thrown and not reported: the rules that follow may take long over such a document.
    Document() {
      const { width, depth, aliases, directives } = documentSize(context.getDocument())
      requireAtMost('MAX_DEPTH', depth, 'levels of fields')
      requireAtMost('MAX_ALIASES', aliases, 'aliases')
      requireAtMost('MAX_ROOT_FIELDS', width, 'fields on its outermost level')
      requireAtMost('MAX_DIRECTIVES', directives, 'directives')
    },
  })
}
