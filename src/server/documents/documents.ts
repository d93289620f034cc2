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
import { SPECIFIED_RULES } from './specified-rules.ts'
import { requireReadable } from './text.ts'
import { wholeLive } from './whole-live.ts'

/** A document, and what the gateway has found out about it. */
export interface CheckedDocument {
  /** Undefined where the text could not be parsed: then the errors say why. */
  readonly document: DocumentNode | undefined
  /** Why none of its operations may run; empty where they may. */
  readonly errors: readonly GraphQLError[]
  /** It has `@defer` somewhere, it seems. */
  readonly mayDefer: boolean
  /** It has `@live` somewhere, it seems. */
  readonly mayBeLive: boolean
  /** What the `min` of an estimate can't exceed, in upstream requests; infinite where it is not known. */
  readonly maxMin: number
}

export interface DocumentsOptions {
  readonly schema: GraphQLSchema
  readonly limits: Limits
  /** Keeps the schema from clients: no introspection, and no "Did you mean" in validation errors. */
  readonly isClosed: boolean
}

/** With their syntax trees and plans, at most some 200 MB and some thousand usual documents. */
const MAX_CHARACTERS = 1_000_000
const MAX_DOCUMENT_CHARACTERS = 50_000
/** What each document takes besides its text, counted as characters. */
const OVERHEAD_CHARACTERS = 200

/** Checks each document once, as long as its text is cached: limits, syntax, validity, and what it may cost. */
export function createDocuments(options: DocumentsOptions): (text: string) => CheckedDocument {
  const { schema, limits, isClosed } = options
  const rules = [...SPECIFIED_RULES, wholeLive, documentLimits(limits)]
  if (isClosed) rules.push(NoSchemaIntrospectionCustomRule)
  const documents = new LRUCache<string, CheckedDocument>({
    maxSize: MAX_CHARACTERS,
    maxEntrySize: MAX_DOCUMENT_CHARACTERS,
    sizeCalculation: (_document, text) => text.length + OVERHEAD_CHARACTERS,
  })

  function check(text: string): CheckedDocument {
    let document: DocumentNode | undefined
    try {
      const { lines } = requireReadable(text, limits)
      // A place costs time for each line before it, and the errors of one answer can have thousands of places.
      document = parse(text, { noLocation: lines > limits.MAX_TOKENS })
      const errors = findFaults(document)
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

  /** A rule may throw its error: that of subscriptions does, where a condition of the root field is a variable. */
  function findFaults(document: DocumentNode): readonly GraphQLError[] {
    try {
      return validate(schema, document, rules, { hideSuggestions: isClosed })
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error
      return [error]
    }
  }

  return (text) => {
    const known = documents.get(text)
    if (known !== undefined) return known
    const checked = check(text)
    documents.set(text, checked)
    return checked
  }
}

function refused(document: DocumentNode | undefined, errors: readonly GraphQLError[]): CheckedDocument {
  return { document, errors, mayDefer: false, mayBeLive: false, maxMin: Number.POSITIVE_INFINITY }
}

/** HTTP 400, in the older media type 200 (GraphQL over HTTP, 6.4), unless the error has a status already. */
function asDocumentFault(error: GraphQLError, code: string): GraphQLError {
  error.extensions.code ??= code
  error.extensions.http ??= { status: 400, spec: true }
  // The document and its errors are cached, and until it is read a stack keeps the functions in it, with their request.
  error.stack = ''
  return error
}
