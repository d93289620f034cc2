import { readFileSync } from 'node:fs'
import { usePersistedOperations } from '@graphql-yoga/plugin-persisted-operations'
import { type GraphQLError, Kind, parse, validate } from 'graphql'
import type { GraphQLParams, Plugin } from 'graphql-yoga'
import { schema } from '../../schema/schema.ts'
import {
  badRequest,
  documentNotTrusted,
  persistedQueryNotFound,
  persistedQueryNotSupported,
} from '../refusals.ts'
import { SPECIFIED_RULES } from './specified-rules.ts'

/** Documents by their hash. */
export type TrustedDocuments = ReadonlyMap<string, string>

/**
 * Reads what the client preset of graphql-codegen writes for `persistedDocuments`: a JSON object of hashes and documents.
 * Throws where one of them is not valid against the schema, with a message for the operator.
 *
 * @param namedBy what names the file, for that message
 */
export function readTrustedDocuments(file: string, namedBy: string): TrustedDocuments {
  const documents = new Map(Object.entries(readObject(file, namedBy)))
  for (const [hash, text] of documents)
    if (typeof text !== 'string' || !isValid(text))
      throw new Error(`${namedBy}: the document ${hash.slice(0, 80)} does not fit the schema.`)
  return documents as TrustedDocuments
}

/** The names of their operations. */
export function operationNames(documents: TrustedDocuments): ReadonlySet<string> {
  const definitions = [...documents.values()].flatMap((text) => parse(text).definitions)
  const operations = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  return new Set(operations.flatMap(({ name }) => (name === undefined ? [] : [name.value])))
}

/** Accepts hashes in place of documents; with `only`, nothing else. */
export function useTrustedDocuments(documents: TrustedDocuments, only: boolean): Plugin {
  const notTrusted = () => documentNotTrusted('This gateway runs trusted documents only, by their hash.')
  function unknownHash({ params: { extensions } }: { readonly params: GraphQLParams }): GraphQLError {
    // Where a text is refused as well, the client must not send it.
    if (only || readHash(extensions?.persistedQuery) === null)
      return documentNotTrusted('There is no trusted document of this hash.')
    return documents.size === 0 ? persistedQueryNotSupported() : persistedQueryNotFound()
  }
  // The plugin's other hooks replace the server's parser and validation, which the gateway does not use.
  const { onParams } = usePersistedOperations({
    allowArbitraryOperations: !only,
    getPersistedOperation: (hash) => documents.get(hash) ?? null,
    extractPersistedOperationId: ({ extensions, ...params }) =>
      readHash(extensions?.persistedQuery) ?? asText('documentId' in params ? params.documentId : undefined),
    customErrors: {
      persistedQueryOnly: notTrusted,
      notFound: unknownHash,
      keyNotFound: only ? notTrusted : () => badRequest('Must provide query string.'),
    },
  })
  return { ...(onParams && { onParams }) }
}

function readObject(file: string, namedBy: string): object {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw new Error(`${namedBy}: the file can not be read as JSON.`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${namedBy}: the file holds no object of hashes and documents.`)
  return value
}

function isValid(text: string): boolean {
  try {
    return validate(schema, parse(text), SPECIFIED_RULES).length === 0
  } catch {
    return false
  }
}

/** As Apollo's clients send it, by whatever algorithm it was made. */
function readHash(persistedQuery: unknown): string | null {
  return typeof persistedQuery === 'object' && persistedQuery !== null && 'sha256Hash' in persistedQuery
    ? asText(persistedQuery.sha256Hash)
    : null
}

function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
