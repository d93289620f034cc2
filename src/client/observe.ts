import type { Client } from './client.ts'
import { TypedDocumentString } from './generated/graphql.ts'
import type { Answer } from './response.ts'

/** An answer as GraphQL writes it, and as other clients read it: without `data` where nothing but errors came. */
export type Payload =
  | { readonly data: AnyData; readonly errors?: PayloadError[]; readonly extensions?: AnyData }
  | { readonly errors: PayloadError[] }

interface PayloadError {
  readonly message: string
  readonly path?: (string | number)[]
  readonly extensions: { readonly code: string }
}

/** What other clients take for an observable. One of a subscription has no end but an error, or that it is left. */
export interface Observable {
  subscribe(observer: Observer): { unsubscribe(): void; readonly closed: boolean }
}

interface Observer {
  readonly next?: ((payload: Payload) => void) | undefined
  readonly error?: ((error: Error) => void) | undefined
  readonly complete?: (() => void) | undefined
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
  const text = new TypedDocumentString<AnyData, AnyVariables>(document)
  return observeAnswers((signal) => client.subscribe(text, variables, { signal }), payloadOf)
}

/** Each `subscribe` begins anew. The observer is told of the end, where the answers have one. */
export function observeAnswers<Given extends Answer<AnyData>>(
  begin: (signal: AbortSignal) => AsyncIterable<Given>,
  write: (answer: Given) => Payload,
): Observable {
  return {
    subscribe(observer) {
      const leaving = new AbortController()
      const { signal } = leaving
      const payloads = mapped(begin(signal), write)
      void deliver(payloads, observer, signal).finally(() => leaving.abort())
      return {
        unsubscribe: () => leaving.abort(),
        get closed() {
          return signal.aborted
        },
      }
    },
  }
}

async function* mapped<Given>(
  answers: AsyncIterable<Given>,
  write: (answer: Given) => Payload,
): AsyncGenerator<Payload, void, void> {
  for await (const answer of answers) yield write(answer)
}

async function deliver(
  payloads: AsyncIterable<Payload>,
  observer: Observer,
  left: AbortSignal,
): Promise<void> {
  try {
    for await (const payload of payloads) observer.next?.(payload)
    observer.complete?.()
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
