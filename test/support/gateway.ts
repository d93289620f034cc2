import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { type DocumentNode, print } from 'graphql'
import { listen } from '../../src/process/listen.ts'
import { createGateway, type Gateway, type GatewayOptions } from '../../src/server/gateway.ts'
import { post } from './ask.ts'

export type GatewayTestOptions = Partial<GatewayOptions>

export interface GraphQLResponse<Data> {
  readonly status: number
  readonly headers: Headers
  readonly data: Data
  readonly errors: readonly ResponseError[] | undefined
  readonly extensions: { readonly upstream: { readonly requests: number; readonly rateLimit: unknown } }
}

export interface ResponseError {
  readonly message: string
  readonly path?: readonly (string | number)[]
  readonly extensions: { readonly code: string } & Readonly<Record<string, unknown>>
}

// biome-ignore lint/suspicious/noExplicitAny: an untyped document has data of any shape
type AnyData = any

export interface GatewayClient extends AsyncDisposable {
  readonly url: string
  /** Calls the gateway in this process, without its port. */
  readonly fetch: Gateway['fetch']
  readonly state: Gateway['state']
  query<Data = AnyData, Variables = Readonly<Record<string, unknown>>>(
    document: string | TypedDocumentNode<Data, Variables>,
    variables?: NoInfer<Variables>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<GraphQLResponse<Data>>
}

/** Starts a gateway on a free port, and a client that sends it JSON over HTTP as any client does. */
export async function startGateway(options: GatewayOptions): Promise<GatewayClient> {
  const gateway = createGateway({ development: true, ...options })
  const server = await listen(gateway.handler, '127.0.0.1', 0)
  return {
    url: server.url,
    fetch: gateway.fetch,
    state: gateway.state,
    async query(document, variables, headers = {}) {
      const query = typeof document === 'string' ? document : print(document as DocumentNode)
      const response = await post(`${server.url}/graphql`, { query, variables }, headers)
      return {
        status: response.statusCode,
        headers: new Headers(response.headers as Record<string, string>),
        ...((await response.body.json()) as object),
      } as never
    },
    async [Symbol.asyncDispose]() {
      // As the process stops: open streams end first.
      gateway.prepareToStop()
      await server.close()
      await gateway.close()
    },
  }
}
