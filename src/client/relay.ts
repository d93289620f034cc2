import type { Client } from './client.ts'
import { TypedDocumentString } from './generated/graphql.ts'
import {
  type AnyData,
  type AnyVariables,
  type Observable,
  observe,
  observeAnswers,
  type Payload,
  payloadOf,
} from './observe.ts'
import type { PartialAnswer } from './streams/parts.ts'

/** The arguments of relay-runtime's `Network.create`. These types are compatible with Relay's, without its package. */
export interface RelayNetwork {
  /** Serves queries and mutations. */
  fetch(request: RelayRequest, variables: AnyVariables): Promise<Payload>
  /** Serves queries with and without `@defer`: each state of the answer as it arrives, the last one complete. */
  fetchInParts(request: RelayRequest, variables: AnyVariables): Observable
  /** Serves subscriptions; they resume by themselves, as those of `client.subscribe` do. */
  subscribe(request: RelayRequest, variables: AnyVariables): Observable
}

/** An operation as relay-compiler writes it. */
interface RelayRequest {
  readonly name: string
  readonly text?: string | null | undefined
}

/**
 * A network layer for Relay on a client: queries, mutations, and subscriptions that resume by themselves. To resume, a
 * subscription takes `$after` and selects `sequence`. An operation without data fails in Relay, with the gateway's errors
 * in `source.errors`; where the client itself rejects, Relay receives that error.
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
      const document = new TypedDocumentString<AnyData, AnyVariables>(textOf(request))
      return payloadOf(await client.ask(document, variables))
    },
    fetchInParts(request, variables) {
      const document = new TypedDocumentString<AnyData, AnyVariables>(textOf(request))
      return observeAnswers((signal) => client.inParts(document, variables, { signal }), stateOf)
    },
    subscribe: (request, variables) => observe(client, textOf(request), variables),
  }
}

/** Relay waits for no more fragments once a state is final, and reads those that are merged into `data`. */
function stateOf(answer: PartialAnswer<AnyData>): Payload {
  const payload = payloadOf(answer)
  return 'data' in payload ? { ...payload, extensions: { is_final: answer.isComplete } } : payload
}

function textOf({ name, text }: RelayRequest): string {
  if (text) return text
  throw new TypeError(`${name} has no text: this network sends texts, and no ids of persisted queries.`)
}
