import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql'
import { LRUCache } from 'lru-cache'
import { documentLimits } from './document-limits.ts'
import { requireReadable } from './document-text.ts'
import { estimateBound } from './estimate-bound.ts'
import type { Limits } from './limits.ts'

/** What is known of a document. */
export interface Reading {
  /** Undefined where it is none: then the errors say why. */
  readonly document: DocumentNode | undefined
  /** Why none of its operations may run. */
  readonly errors: readonly GraphQLError[]
  /** What the `min` of an estimate of it can't exceed, in upstream requests. */
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

/** Reads each document once, as long as its text is remembered: within the limits, parsed, valid, and what it may cost. */
export function createDocuments({ schema, limits, isClosed }: DocumentsOptions): (text: string) => Reading {
  const rules = [...specifiedRules, documentLimits(limits), knownOperationTypes]
  if (isClosed) rules.push(NoSchemaIntrospectionCustomRule)
  const remembered = new LRUCache<string, Reading>({
    maxSize: MAX_CHARACTERS,
    maxEntrySize: LARGEST_DOCUMENT,
    sizeCalculation: (_reading, text) => text.length + 1,
  })

  function read(text: string): Reading {
    let document: DocumentNode | undefined
    try {
      requireReadable(text, limits)
      document = parse(text)
      const errors = validate(schema, document, rules, { hideSuggestions: isClosed })
      if (errors.length === 0) return { document, errors, bound: estimateBound(schema, document) }
      return { document, errors: errors.map((error) => told(error, 'GRAPHQL_VALIDATION_FAILED')), bound: 0 }
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error
      return { document, errors: [told(error, 'GRAPHQL_PARSE_FAILED')], bound: 0 }
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

/** As the document's fault, where it does not say otherwise: 400, in the older media type 200 (GraphQL over HTTP, 6.4). */
function told(error: GraphQLError, code: string): GraphQLError {
  error.extensions.code ??= code
  error.extensions.http ??= { status: 400, spec: true }
  return error
}

/** Operation Type Existence of the specification, 5.2.1.1: graphql-js 16 has no rule for it. */
function knownOperationTypes(context: Parameters<ValidationRule>[0]): ReturnType<ValidationRule> {
  return {
    OperationDefinition(nodes) {
      if (context.getSchema().getRootType(nodes.operation) == null)
        context.reportError(new GraphQLError(`The schema has no ${nodes.operation} operations.`, { nodes }))
    },
  }
}
