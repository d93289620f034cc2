import type { Client } from './client.ts'
import { TypedDocumentString } from './generated/graphql.ts'
import type { Answer } from './response.ts'

/** An answer as GraphQL defines it, and as other clients read it: without `data` where there are only errors. */
export type Payload =
  | { readonly data: AnyData; readonly errors?: PayloadError[]; readonly extensions?: AnyData }
  | { readonly errors: PayloadError[] }

interface PayloadError {
  readonly message: string
  readonly path?: (string | number)[]
  readonly extensions: { readonly code: string }
}

/** The observable that other clients expect. That of a subscription ends only by an error or by `unsubscribe`. */
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
 * A subscription of another client, served by `client.subscribe`: it resumes by itself, without a gap, where its document
 * takes `$after` and selects `sequence`. The observer receives `{ data, errors }` of each change, and the error with which
 * `client.subscribe` rejects. Each `subscribe` is a subscription of its own; `unsubscribe` ends its connection.
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

/** Each `subscribe` iterates from the beginning. The observer's `complete` is called where the answers end. */
export function observeAnswers<Item extends Answer<AnyData>>(
  begin: (signal: AbortSignal) => AsyncIterable<Item>,
  toPayload: (answer: Item) => Payload,
): Observable {
  return {
    subscribe(observer) {
      const ending = new AbortController()
      const { signal } = ending
      const payloads = mapAnswers(begin(signal), toPayload)
      void deliver(payloads, observer, signal).finally(() => ending.abort())
      return {
        unsubscribe: () => ending.abort(),
        get closed() {
          return signal.aborted
        },
      }
    },
  }
}

async function* mapAnswers<Item>(
  answers: AsyncIterable<Item>,
  toPayload: (answer: Item) => Payload,
): AsyncGenerator<Payload, void, void> {
  for await (const answer of answers) yield toPayload(answer)
}

async function deliver(
  payloads: AsyncIterable<Payload>,
  observer: Observer,
  unsubscribed: AbortSignal,
): Promise<void> {
  try {
    for await (const payload of payloads) observer.next?.(payload)
    observer.complete?.()
  } catch (error) {
    if (!unsubscribed.aborted) observer.error?.(error instanceof Error ? error : new Error(String(error)))
  }
}

export function payloadOf({ data, errors }: Answer<AnyData>): Payload {
  const payloadErrors = errors.map(({ message, path, extensions }) => ({
    message,
    ...(path && { path: [...path] }),
    extensions,
  }))
  if (data === null) return { errors: payloadErrors }
  return { data, ...(payloadErrors.length > 0 && { errors: payloadErrors }) }
}
