import { type GatewayError, RequestError } from './errors.ts'
import type { TypedDocumentString } from './generated/graphql.ts'

export interface ClientOptions {
  /** Of the GraphQL endpoint: `https://…/graphql`. */
  readonly url: string
  /** Sent with each request; a function is asked each time, as for a token that is renewed. */
  readonly headers?: HeaderLines | (() => HeaderLines | Promise<HeaderLines>)
  /** Another `fetch` than the global one. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>
}

type HeaderLines = Readonly<Record<string, string>>

export interface RequestOptions {
  readonly signal?: AbortSignal
}

/** All that came back. Where a part failed the rest is there: that part is null, and an error says why. */
export interface Answer<Data> {
  readonly data: Data | null
  readonly errors: readonly GatewayError[]
  /** What it cost, in requests of the upstream's hourly quota; undefined where the answer does not say. */
  readonly upstreamRequests: number | undefined
}

export interface Client {
  /** Resolves to the data. Rejects with a `RequestError` when any part failed, which holds what did not. */
  request<Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    ...rest: Rest<Variables>
  ): Promise<Data>
  /** Resolves to data and errors alike. Rejects with a `RequestError` when what came back was no GraphQL answer. */
  ask<Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    ...rest: Rest<Variables>
  ): Promise<Answer<Data>>
}

/** The variables may be left out where none of them is required. */
type Rest<Variables> =
  Record<string, never> extends Variables
    ? [variables?: Variables, options?: RequestOptions]
    : [variables: Variables, options?: RequestOptions]

/** A transport for typed documents: a POST for each. What `fetch` itself rejects with is passed on. */
export function createClient(options: ClientOptions): Client {
  async function send<Data>(query: string, variables: unknown, { signal }: RequestOptions = {}) {
    const headers = typeof options.headers === 'function' ? await options.headers() : options.headers
    const response = await (options.fetch ?? globalThis.fetch)(options.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
      ...(signal && { signal }),
    })
    const cost = response.headers.get('x-upstream-requests')
    const answer: Answer<Data> = {
      ...(await readBody<Data>(response)),
      upstreamRequests: cost === null ? undefined : Number(cost),
    }
    return { answer, status: response.status }
  }

  return {
    async request<Data, Variables>(
      document: TypedDocumentString<Data, Variables>,
      ...[variables, requestOptions]: Rest<Variables>
    ) {
      const { answer, status } = await send<Data>(document.toString(), variables, requestOptions)
      const { data, errors } = answer
      if (data !== null && errors.length === 0) return data
      throw new RequestError({ status, errors, data })
    },
    async ask<Data, Variables>(
      document: TypedDocumentString<Data, Variables>,
      ...[variables, requestOptions]: Rest<Variables>
    ) {
      const { answer } = await send<Data>(document.toString(), variables, requestOptions)
      return answer
    },
  }
}

async function readBody<Data>(response: Response): Promise<Pick<Answer<Data>, 'data' | 'errors'>> {
  const body: unknown = await response.json().catch((error: unknown) => {
    // A proxy's page of HTML, say. Anything else than a parser's complaint is the connection's.
    if (error instanceof SyntaxError) return undefined
    throw error
  })
  if (typeof body !== 'object' || body === null || !('data' in body || 'errors' in body))
    throw new RequestError({ status: response.status, errors: [], data: null })
  // It is a GraphQL answer, and the gateway keeps to its schema.
  const { data = null, errors = [] } = body as { data?: Data | null; errors?: readonly GatewayError[] }
  return { data, errors }
}
