import { type DocumentNode, type GraphQLError, NoSchemaIntrospectionCustomRule, validate } from 'graphql'
import type { Plugin } from 'graphql-yoga'

/**
 * Validates each document once, as long as it is remembered as parsed. (The server's own memory of it is asked by the
 * names of all 28 rules, written out for every request: 3 % of a small query.)
 *
 * A closed schema is not read off: no introspection, and no "Did you mean" in what validation says.
 */
export function useValidation({ isClosed }: { readonly isClosed: boolean }): Plugin {
  const judged = new WeakMap<DocumentNode, readonly GraphQLError[]>()

  function validateOnce(...[schema, document, rules, options]: Parameters<typeof validate>) {
    const known = judged.get(document)
    if (known !== undefined) return known
    const errors = validate(schema, document, rules, { ...options, hideSuggestions: isClosed })
    judged.set(document, errors)
    return errors
  }

  return {
    onValidate({ addValidationRule, setValidationFn }) {
      if (isClosed) addValidationRule(NoSchemaIntrospectionCustomRule)
      setValidationFn(validateOnce as typeof validate)
    },
  }
}
