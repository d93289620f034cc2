import { readFileSync } from 'node:fs'
import { usePersistedOperations } from '@graphql-yoga/plugin-persisted-operations'
import { GraphQLError, parse, validate } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { schema } from '../../schema/schema.ts'
import { SPECIFIED_RULES } from './specified-rules.ts'

/** Documents by their hash. */
export type TrustedDocuments = ReadonlyMap<string, string>

/**
 * Reads what the client preset of graphql-codegen writes for `persistedDocuments`: a JSON object of hashes and
 * documents. Each one must hold against the schema. Throws with a line that may be shown.
 */
export function readTrustedDocuments(file: string): TrustedDocuments {
  const documents = new Map(Object.entries(readObject(file)))
  for (const [hash, text] of documents)
    if (typeof text !== 'string' || !isValid(text))
      throw new Error(`TRUSTED_DOCUMENTS: the document ${hash.slice(0, 80)} does not fit the schema.`)
  return documents as TrustedDocuments
}

/** Accepts hashes in the place of documents; with `only`, nothing else. */
export function useTrustedDocuments(documents: TrustedDocuments, only: boolean): Plugin {
  const notTrusted = () =>
    requestError('DOCUMENT_NOT_TRUSTED', 'This gateway runs trusted documents only, by their hash.')
  // Its other hooks are for documents that are trees, or not to be validated.
  const { onParams } = usePersistedOperations({
    allowArbitraryOperations: !only,
    getPersistedOperation: (hash) => documents.get(hash) ?? null,
    extractPersistedOperationId: ({ extensions, ...params }) =>
      readHash(extensions?.persistedQuery) ?? asText('documentId' in params ? params.documentId : undefined),
    customErrors: {
      persistedQueryOnly: notTrusted,
      notFound: () => requestError('DOCUMENT_NOT_TRUSTED', 'There is no trusted document of this hash.'),
      keyNotFound: only ? notTrusted : () => requestError('BAD_REQUEST', 'Must provide query string.'),
    },
  })
  return { ...(onParams && { onParams }) }
}

function readObject(file: string): object {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw new Error('TRUSTED_DOCUMENTS: the file can not be read as JSON.')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('TRUSTED_DOCUMENTS: the file holds no object of hashes and documents.')
  return value
}

function isValid(text: string): boolean {
  try {
    return validate(schema, parse(text), SPECIFIED_RULES).length === 0
  } catch {
    return false
  }
}

/** As Apollo's clients send it, of whatever hash. */
function readHash(persistedQuery: unknown): string | null {
  return typeof persistedQuery === 'object' && persistedQuery !== null && 'sha256Hash' in persistedQuery
    ? asText(persistedQuery.sha256Hash)
    : null
}

function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function requestError(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status: 400 } } })
}
