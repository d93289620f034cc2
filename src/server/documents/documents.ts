import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  validate,
} from 'graphql'
import { LRUCache } from 'lru-cache'
import { estimateBound } from '../cost/bound.ts'
import type { Limits } from '../limits/limits.ts'
import { documentLimits } from './limits.ts'
import { SPECIFIED_RULES } from './specified-rules.ts'
import { requireReadable } from './text.ts'

/** What is known of a document. */
export interface Reading {
  /** Undefined where it is none: then the errors say why. */
  readonly document: DocumentNode | undefined
  /** Why none of its operations may run. */
  readonly errors: readonly GraphQLError[]
  /** What the `min` of an estimate of it can't exceed, in upstream requests; infinite where that was not found out. */
  readonly bound: number
}

export interface DocumentsOptions {
  readonly schema: GraphQLSchema
  readonly limits: Limits
  /** A closed schema is not read off: no introspection, and no "Did you mean" in what validation says. */
  readonly isClosed: boolean
}

/** Together with their syntax trees and plans this is at most some 200 MB, and some thousand usual documents. */
const MAX_CHARACTERS = 1_000_000
const LARGEST_DOCUMENT = 50_000
/** What is kept of a document however short it is, as if it were characters. */
const CHARACTERS_OF_NONE = 200

/** Reads each document once, as long as its text is remembered: within the limits, parsed, valid, and what it may cost. */
export function createDocuments({ schema, limits, isClosed }: DocumentsOptions): (text: string) => Reading {
  const rules = [...SPECIFIED_RULES, documentLimits(limits)]
  if (isClosed) rules.push(NoSchemaIntrospectionCustomRule)
  const remembered = new LRUCache<string, Reading>({
    maxSize: MAX_CHARACTERS,
    maxEntrySize: LARGEST_DOCUMENT,
    sizeCalculation: (_reading, text) => text.length + CHARACTERS_OF_NONE,
  })

  function read(text: string): Reading {
    let document: DocumentNode | undefined
    try {
      requireReadable(text, limits)
      document = parse(text)
      const errors = validate(schema, document, rules, { hideSuggestions: isClosed })
      if (errors.length === 0) return { document, errors, bound: estimateBound(schema, document) }
      return refused(
        document,
        errors.map((error) => asDocumentFault(error, 'GRAPHQL_VALIDATION_FAILED')),
      )
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error
      // A limit, which may be thrown in validation too, has a code of its own.
      return refused(document, [asDocumentFault(error, 'GRAPHQL_PARSE_FAILED')])
    }
  }

  return (text) => {
    const known = remembered.get(text)
    if (known !== undefined) return known
    const reading = read(text)
    remembered.set(text, reading)
    return reading
  }
}

function refused(document: DocumentNode | undefined, errors: readonly GraphQLError[]): Reading {
  return { document, errors, bound: Number.POSITIVE_INFINITY }
}

/** With 400, in the older media type 200 (GraphQL over HTTP, 6.4), where the error does not say otherwise. */
function asDocumentFault(error: GraphQLError, code: string): GraphQLError {
  error.extensions.code ??= code
  error.extensions.http ??= { status: 400, spec: true }
  // Until it is read, the stack of an error holds what the functions in it do, and so the first one's whole request.
  error.stack = ''
  return error
}
