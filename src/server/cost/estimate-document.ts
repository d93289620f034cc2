import type { DocumentNode } from 'graphql'

/** What an operation of a document would cost upstream, and its root field that may cost most, by its response name. */
export type EstimateDocument = (
  document: DocumentNode,
  operationName: string | null,
  variables: Readonly<Record<string, unknown>>,
) => { readonly min: number; readonly max: number; readonly costliest: string | undefined } | undefined
