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

/** The file of trusted documents can't be used. The message is for the operator. */
export class TrustedDocumentsError extends Error {}

/**
 * Reads the file that the client preset of graphql-codegen writes for `persistedDocuments`: a JSON object of documents by
 * hash. Throws a `TrustedDocumentsError` for any other content, and where a document is not valid against the schema.
 *
 * @param namedBy the variable or option that names the file, for the error message
 */
export function readTrustedDocuments(file: string, namedBy: string): TrustedDocuments {
  const documents = new Map<string, unknown>(Object.entries(readObject(file, namedBy)))
  for (const [hash, text] of documents) {
    const problem = problemOf(text)
    if (problem !== undefined)
      throw new TrustedDocumentsError(
        `${namedBy}: the document ${hash.slice(0, 80)} does not fit the schema: ${problem}`,
      )
  }
  return documents as TrustedDocuments
}

/** The names of the documents' operations. */
export function operationNames(documents: TrustedDocuments): ReadonlySet<string> {
  const definitions = [...documents.values()].flatMap((text) => parse(text).definitions)
  const operations = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  return new Set(operations.flatMap(({ name }) => (name === undefined ? [] : [name.value])))
}

/** Accepts hashes in place of documents; with `only`, refuses documents. */
export function useTrustedDocuments(documents: TrustedDocuments, only: boolean): Plugin {
  const notTrusted = () => documentNotTrusted('This gateway runs trusted documents only, by their hash.')
  function unknownHash({ params: { extensions } }: { readonly params: GraphQLParams }): GraphQLError {
    // Where texts are refused too, the error must not be one after which clients send the text.
    if (only || readHash(extensions?.persistedQuery) === null)
      return documentNotTrusted('There is no trusted document of this hash.')
    return documents.size === 0 ? persistedQueryNotSupported() : persistedQueryNotFound()
  }
  // The plugin's other hooks replace yoga's parser and validation, which the gateway does not use.
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
  const value = parseJson(readText(file, namedBy), `${namedBy}: ${file} is no JSON.`)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TrustedDocumentsError(`${namedBy}: ${file} holds no object of hashes and documents.`)
  return value
}

function readText(file: string, namedBy: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const problem = code === 'ENOENT' ? `there is no file ${file}` : `${file} can not be read (${code})`
    throw new TrustedDocumentsError(`${namedBy}: ${problem}.`)
  }
}

function parseJson(text: string, otherwise: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new TrustedDocumentsError(otherwise)
  }
}

function problemOf(text: unknown): string | undefined {
  if (typeof text !== 'string') return 'it is no text.'
  try {
    return validate(schema, parse(text), SPECIFIED_RULES)[0]?.message
  } catch (error) {
    return (error as GraphQLError).message
  }
}

/** The hash in Apollo's `extensions.persistedQuery`, of whatever algorithm. */
function readHash(persistedQuery: unknown): string | null {
  return typeof persistedQuery === 'object' && persistedQuery !== null && 'sha256Hash' in persistedQuery
    ? asText(persistedQuery.sha256Hash)
    : null
}

function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
