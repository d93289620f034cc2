import type { Client } from './client.ts'
import { TypedDocumentString } from './generated/graphql.ts'
import type { Answer } from './response.ts'

/** An answer as GraphQL writes it, and as other clients read it: without `data` where nothing but errors came. */
export type Payload =
  | { readonly data: AnyData; readonly errors?: PayloadError[] }
  | { readonly errors: PayloadError[] }

interface PayloadError {
  readonly message: string
  readonly path?: (string | number)[]
  readonly extensions: { readonly code: string }
}

/** What other clients take for an observable. It has no end but an error, or that it is left. */
export interface Observable {
  subscribe(observer: Observer): { unsubscribe(): void; readonly closed: boolean }
}

interface Observer {
  readonly next?: ((payload: Payload) => void) | undefined
  readonly error?: ((error: Error) => void) | undefined
}

export type AnyData = Record<string, unknown>
export type AnyVariables = Readonly<Record<string, unknown>>

/**
 * A subscription of another client, served by `client.subscribe`: so it goes on by itself, and loses nothing, where its
 * document takes `$after` and selects `sequence`. The observer gets `{ data, errors }` of each change, and as its error what
 * `client.subscribe` rejects with. Each `subscribe` is a subscription of its own; `unsubscribe` ends its connection.
 *
 * @example
 * ```ts
 * import { cacheExchange, Client, fetchExchange, subscriptionExchange } from '@urql/core'
 * import { createClient, observe } from 'appointments-gateway/client'
 *
 * const url = 'https://gateway.example/graphql'
 * const gateway = createClient({ url })
 *
 * export const client = new Client({
 *   url,
 *   preferGetMethod: false,
 *   exchanges: [
 *     cacheExchange,
 *     fetchExchange,
 *     subscriptionExchange({
 *       forwardSubscription: ({ query = '', variables }) => observe(gateway, query, { ...variables }),
 *     }),
 *   ],
 * })
 * ```
 */
export function observe(client: Client, document: string, variables: AnyVariables = {}): Observable {
  return {
    subscribe(observer) {
      const leaving = new AbortController()
      const { signal } = leaving
      const text = new TypedDocumentString<AnyData, AnyVariables>(document)
      const answers = client.subscribe(text, variables, { signal })
      void deliver(answers, observer, signal).finally(() => leaving.abort())
      return {
        unsubscribe: () => leaving.abort(),
        get closed() {
          return signal.aborted
        },
      }
    },
  }
}

async function deliver(
  answers: AsyncIterable<Answer<AnyData>>,
  observer: Observer,
  left: AbortSignal,
): Promise<void> {
  try {
    for await (const answer of answers) observer.next?.(payloadOf(answer))
  } catch (error) {
    if (!left.aborted) observer.error?.(error instanceof Error ? error : new Error(String(error)))
  }
}

export function payloadOf({ data, errors }: Answer<AnyData>): Payload {
  const written = errors.map(({ message, path, extensions }) => ({
    message,
    ...(path && { path: [...path] }),
    extensions,
  }))
  if (data === null) return { errors: written }
  return { data, ...(written.length > 0 && { errors: written }) }
}
