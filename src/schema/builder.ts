import SchemaBuilder from '@pothos/core'
import RelayPlugin from '@pothos/plugin-relay'
import type { Context } from './context.ts'
import type { Reference, ReferenceKind } from './global-id.ts'

export const builder = new SchemaBuilder<{
  Context: Context
  Objects: { [K in ReferenceKind]: Reference<K> }
  Scalars: {
    Date: { Input: string; Output: string }
    DateTime: { Input: string; Output: string }
    ID: { Input: string; Output: string }
    TimeZone: { Input: string; Output: string }
  }
  Connection: { readonly count: () => Promise<number> }
  DefaultEdgesNullability: { list: false; items: false }
  DefaultNodeNullability: true
}>({
  plugins: [RelayPlugin],
  relay: {
    cursorType: 'String',
    nodesOnConnection: {
      description:
        'The rows of the page without their cursors. A row that could not be read is null, with an error at its place.',
    },
    // node.ts defines `node` and `nodes`: there, a bad id in a list fails its own item only.
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    edgesFieldOptions: {
      nullable: { list: false, items: false },
      description: 'The rows of the page, each with the cursor that names its place.',
    },
    cursorFieldOptions: {
      description: 'Names the place of this row: pass it as `after` or `before` to continue from here.',
    },
    nodeFieldOptions: {
      nullable: true,
      description: 'The row. Null, with an error at its place, when the upstream returned an unreadable row.',
    },
    pageInfoTypeOptions: {
      description: 'Where a page begins and ends, and whether there is more on either side.',
    },
    pageInfoFieldOptions: {
      description: 'Where this page begins and ends, and whether there is more on either side.',
    },
    hasNextPageFieldOptions: { description: 'True when rows follow this page.' },
    hasPreviousPageFieldOptions: { description: 'True when rows precede this page.' },
    startCursorFieldOptions: { description: 'The cursor of the first row; null on an empty page.' },
    endCursorFieldOptions: { description: 'The cursor of the last row; null on an empty page.' },
    firstArgOptions: {
      description: 'How many rows from the start, or behind `after`. Not together with `last`.',
    },
    afterArgOptions: { description: 'A cursor: read the rows behind it.' },
    lastArgOptions: {
      description: 'How many rows from the end, or in front of `before`. Not together with `first`.',
    },
    beforeArgOptions: { description: 'A cursor: read the rows in front of it.' },
  },
})

builder.queryType({
  description: 'Reads. The response header `X-Upstream-Requests` states the cost of the operation.',
})
builder.mutationType({
  description:
    'Writes. Several in one document run in order, and the failure of one does not affect the others.',
})
builder.subscriptionType({
  description:
    'Streams of changes, as `text/event-stream` or `multipart/mixed`. Each event is an operation of its own, with its cost in `extensions.upstream` where the gateway runs in development.',
})

/** The descriptions of `clientMutationId` in inputs and payloads. */
export const CLIENT_MUTATION_ID = {
  input: 'Returned unchanged in the payload, so that the client can match it to this input.',
  payload: 'The `clientMutationId` of the input.',
}
export const EITHER_ID = "The global id, or the upstream's own."
