import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  validate,
} from 'graphql'
import { LRUCache } from 'lru-cache'
import { DEFER, LIVE } from '../../schema/directives.ts'
import { estimateBound } from '../cost/bound.ts'
import type { Limits } from '../limits/limits.ts'
import { blameLiterals } from './arguments.ts'
import { documentLimits } from './limits.ts'
import { noDeferInLive } from './no-defer-in-live.ts'
import { SPECIFIED_RULES } from './specified-rules.ts'
import { requireParsable } from './text.ts'

/** A document with the results of its checks. */
export interface CheckedDocument {
  /** Undefined where the text can't be parsed; `errors` says why. */
  readonly document: DocumentNode | undefined
  /** Why no operation of the document may run; empty where each may. */
  readonly errors: readonly GraphQLError[]
  /** The text contains `@defer`, perhaps only in a string or a comment. */
  readonly mayDefer: boolean
  /** The text contains `@live`, perhaps only in a string or a comment. */
  readonly mayBeLive: boolean
  /** An upper bound of `min` in any estimate, in upstream requests; infinite where it is not known. */
  readonly maxMin: number
}

export interface DocumentsOptions {
  readonly schema: GraphQLSchema
  readonly limits: Limits
  /** Hides the schema from clients: no introspection, and no "Did you mean" in validation errors. */
  readonly isClosed: boolean
}

/** With syntax trees and plans this is at most about 200 MB, for about a thousand documents of usual size. */
const MAX_CHARACTERS = 1_000_000
const MAX_DOCUMENT_CHARACTERS = 50_000
/** The size of a cached document besides its text, counted as characters. */
const OVERHEAD_CHARACTERS = 200

/** Checks a document: limits, syntax, validity, and the bound of its cost. The results are cached by its text. */
export function createDocuments(options: DocumentsOptions): (text: string) => CheckedDocument {
  const { schema, limits, isClosed } = options
  const rules = [...SPECIFIED_RULES, noDeferInLive, documentLimits(limits)]
  if (isClosed) rules.push(NoSchemaIntrospectionCustomRule)
  const documents = new LRUCache<string, CheckedDocument>({
    maxSize: MAX_CHARACTERS,
    maxEntrySize: MAX_DOCUMENT_CHARACTERS,
    sizeCalculation: (_document, text) => text.length + OVERHEAD_CHARACTERS,
  })

  function check(text: string): CheckedDocument {
    let document: DocumentNode | undefined
    try {
      const { lines } = requireParsable(text, limits)
      // A location takes time for each line before it, and the errors of one result can have thousands of locations.
      document = parse(text, { noLocation: lines > limits.MAX_TOKENS })
      const errors = validateDocument(document)
      if (errors.length === 0)
        return {
          document,
          errors,
          mayDefer: text.includes(`@${DEFER}`),
          mayBeLive: text.includes(`@${LIVE}`),
          maxMin: estimateBound(schema, document),
        }
      return refused(
        document,
        blameLiterals(errors, document).map((error) => asDocumentFault(error, 'GRAPHQL_VALIDATION_FAILED')),
      )
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error
      return refused(document, [asDocumentFault(error, 'GRAPHQL_PARSE_FAILED')])
    }
  }

  /** A rule may throw its error, as that of subscriptions does where a condition of the root field is a variable. */
  function validateDocument(document: DocumentNode): readonly GraphQLError[] {
    try {
      return validate(schema, document, rules, { hideSuggestions: isClosed })
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error
      return [error]
    }
  }

  return (text) => {
    const cached = documents.get(text)
    if (cached !== undefined) return cached
    const checked = check(text)
    documents.set(text, checked)
    return checked
  }
}

function refused(document: DocumentNode | undefined, errors: readonly GraphQLError[]): CheckedDocument {
  return { document, errors, mayDefer: false, mayBeLive: false, maxMin: Number.POSITIVE_INFINITY }
}

/** HTTP 400, or 200 with `application/json` (GraphQL over HTTP, 6.4), unless the error has a status already. */
function asDocumentFault(error: GraphQLError, code: string): GraphQLError {
  error.extensions.code ??= code
  error.extensions.http ??= { status: 400, spec: true }
  // The errors are cached, and V8 keeps the functions of a stack, and through them a request, until the stack is read.
  error.stack = ''
  return error
}
