import { type GatewayError, RequestError } from './errors.ts'
import type { TypedDocumentString } from './generated/graphql.ts'

export interface ClientOptions {
  /** The URL of the GraphQL endpoint, such as `https://gateway.example/graphql`. */
  readonly url: string
  /**
   * Headers to send with each request. The client calls a function before each request, so that a token can be renewed.
   * @default {}
   */
  readonly headers?: HeaderLines | (() => HeaderLines | Promise<HeaderLines>)
  /**
   * The function that sends a request, for instance to add retries or to call a gateway in the same process.
   * @default globalThis.fetch
   */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>
}

type HeaderLines = Readonly<Record<string, string>>

export interface RequestOptions {
  /** Aborts the request. The promise then rejects with the reason of the signal. */
  readonly signal?: AbortSignal
}

/** The result of an operation. A failed part is null in `data`, and `errors` says why; the other parts are there. */
export interface Answer<Data> {
  readonly data: Data | null
  readonly errors: readonly GatewayError[]
  /** The cost in requests of the upstream's hourly quota; undefined without the header `X-Upstream-Requests`. */
  readonly upstreamRequests: number | undefined
}

export interface Client {
  /** Resolves to the data. Rejects with a `RequestError` when any part failed; its `data` has the other parts. */
  request<Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    ...rest: Rest<Variables>
  ): Promise<Data>
  /** Resolves to data and errors alike. Rejects with a `RequestError` when the response is not a GraphQL response. */
  ask<Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    ...rest: Rest<Variables>
  ): Promise<Answer<Data>>
}

/** Variables and options; the variables are optional where the operation requires none. */
type Rest<Variables> =
  Record<string, never> extends Variables
    ? [variables?: Variables, options?: RequestOptions]
    : [variables: Variables, options?: RequestOptions]

/**
 * Creates a client that sends typed documents to the gateway, each with one POST. When `fetch` rejects, the client
 * rejects with the same reason.
 *
 * @example
 * ```ts
 * import { AppointmentsDocument, createClient, RequestError } from 'appointments-gateway/client'
 *
 * const client = createClient({
 *   url: 'https://gateway.example/graphql',
 *   headers: { authorization: 'Bearer my-key' },
 * })
 *
 * try {
 *   const { appointments } = await client.request(AppointmentsDocument, { first: 10 })
 *   for (const appointment of appointments?.nodes ?? [])
 *     console.log(appointment?.startTime, appointment?.title)
 * } catch (error) {
 *   if (!(error instanceof RequestError)) throw error
 *   console.error(error.find('RATE_LIMITED')?.extensions.resetsAt ?? error.message)
 * }
 * ```
 */
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
    // A body that is not JSON, such as the error page of a proxy. Any other error is one of the connection.
    if (error instanceof SyntaxError) return undefined
    throw error
  })
  if (typeof body !== 'object' || body === null || !('data' in body || 'errors' in body))
    throw new RequestError({ status: response.status, errors: [], data: null })
  // The types are not checked here: the gateway answers as its schema says.
  const { data = null, errors = [] } = body as { data?: Data | null; errors?: readonly GatewayError[] }
  return { data, errors }
}
