import { parse, type ValidationContext } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { documentSize } from './document-size.ts'
import { requireReadable } from './document-text.ts'
import { type LimitName, type Limits, limitExceeded } from './limits.ts'

/**
 * Refuses a document that asks for too much: before it is parsed what parsing could not survive, and before it is
 * validated the rest.
 *
 * GraphQL Armor 3.2.0 was tried first. It lets any number of aliases of `__typename` and of directives of variables
 * through, takes every fragment for a level of depth, and parses `[[[[…` until the stack overflows; and its errors do
 * not say which limit it was.
 */
export function useDocumentLimits(limits: Limits): Plugin {
  function documentLimits(context: ValidationContext) {
    return {
      // Thrown and not reported: the rules that follow may take long over such a document.
      Document() {
        const { width, depth, aliases, directives } = documentSize(context.getDocument())
        requireAtMost('MAX_DEPTH', depth, 'levels of fields')
        requireAtMost('MAX_ALIASES', aliases, 'aliases')
        requireAtMost('MAX_ROOT_FIELDS', width, 'fields on its outermost level')
        requireAtMost('MAX_DIRECTIVES', directives, 'directives')
      },
    }
  }

  function requireAtMost(name: LimitName, count: number, what: string): void {
    const max = limits[name]
    if (count > max)
      throw limitExceeded(name, max, `An operation has more than ${max} ${what}.`, {
        status: 400,
        spec: true,
      })
  }

  return {
    // Not called for a document that is remembered as parsed.
    onParse({ setParseFn }) {
      setParseFn((source, options) => {
        requireReadable(source, limits)
        return parse(source, options)
      })
    },
    onValidate({ addValidationRule }) {
      addValidationRule(documentLimits)
    },
  }
}
