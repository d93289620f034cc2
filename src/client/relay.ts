import type { Client } from './client.ts'
import { TypedDocumentString } from './generated/graphql.ts'
import type { Answer } from './response.ts'

/** What relay-runtime's `Network.create` takes. Their types are those of Relay, without a need for its package. */
export interface RelayNetwork {
  /** Serves queries and mutations. */
  fetch(request: RelayRequest, variables: RelayVariables): Promise<RelayPayload>
  /** Serves subscriptions; they go on by themselves, as those of `client.subscribe` do. */
  subscribe(request: RelayRequest, variables: RelayVariables): RelayObservable
}

/** An operation as relay-compiler writes it. */
interface RelayRequest {
  readonly name: string
  readonly text?: string | null | undefined
}

type RelayVariables = Readonly<Record<string, unknown>>

/** Relay takes a response for failed that has no data. */
type RelayPayload =
  | { readonly data: Record<string, unknown>; readonly errors: RelayError[] | undefined }
  | { readonly errors: RelayError[] }

interface RelayError {
  readonly message: string
  readonly path?: (string | number)[]
  readonly extensions: { readonly code: string }
}

interface RelayObservable {
  subscribe(observer: RelayObserver): { unsubscribe(): void; readonly closed: boolean }
}

interface RelayObserver {
  readonly next?: ((payload: RelayPayload) => void) | undefined
  readonly error?: ((error: Error) => void) | undefined
}

/**
 * Serves Relay with a client: queries, mutations, and subscriptions that go on by themselves. For that a subscription takes
 * `$after` and selects `sequence`. Relay gets its errors as from any network: an operation without data fails, with the
 * gateway's errors in `source.errors`, and a request that fails rejects with the client's own error.
 *
 * @example
 * ```ts
 * import { createClient, createRelayNetwork } from 'appointments-gateway/client'
 * import { Environment, Network, Observable, RecordSource, Store } from 'relay-runtime'
 *
 * const network = createRelayNetwork(createClient({ url: 'https://gateway.example/graphql' }))
 *
 * export const environment = new Environment({
 *   store: new Store(new RecordSource()),
 *   network: Network.create(network.fetch, (request, variables) =>
 *     Observable.from(network.subscribe(request, variables)),
 *   ),
 * })
 * ```
 */
export function createRelayNetwork(client: Client): RelayNetwork {
  return {
    async fetch(request, variables) {
      return payloadOf(await client.ask(documentOf(request), variables))
    },
    subscribe: (request, variables) => ({
      subscribe(observer) {
        const leaving = new AbortController()
        const { signal } = leaving
        void deliver(client.subscribe(documentOf(request), variables, { signal }), observer, signal).finally(
          () => leaving.abort(),
        )
        return {
          unsubscribe: () => leaving.abort(),
          get closed() {
            return signal.aborted
          },
        }
      },
    }),
  }
}

type Data = Record<string, unknown>

/** A subscription has no end but an error, or that it is left. */
async function deliver(
  answers: AsyncIterable<Answer<Data>>,
  observer: RelayObserver,
  left: AbortSignal,
): Promise<void> {
  try {
    for await (const answer of answers) observer.next?.(payloadOf(answer))
  } catch (error) {
    if (!left.aborted) observer.error?.(error instanceof Error ? error : new Error(String(error)))
  }
}

function documentOf({ name, text }: RelayRequest): TypedDocumentString<Data, RelayVariables> {
  if (!text)
    throw new TypeError(`${name} has no text: this network sends texts, and no ids of persisted queries.`)
  return new TypedDocumentString(text)
}

function payloadOf({ data, errors }: Answer<Data>): RelayPayload {
  const written = errors.map(({ message, path, extensions }) => ({
    message,
    ...(path && { path: [...path] }),
    extensions,
  }))
  if (data === null) return { errors: written }
  return { data, errors: written.length > 0 ? written : undefined }
}
