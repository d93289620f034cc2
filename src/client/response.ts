import { type GatewayError, RequestError } from './errors.ts'

export type HeaderLines = Readonly<Record<string, string>>

/** The result of an operation. A failed part is null in `data`, and `errors` says why; the other parts are there. */
export interface Answer<Data> {
  readonly data: Data | null
  readonly errors: readonly GatewayError[]
  /**
   * The cost in requests of the upstream's hourly quota; undefined where the gateway does not tell it. `ask` reads it from
   * the header `X-Upstream-Requests`, `subscribe` from `extensions.upstream` of each change.
   */
  readonly upstreamRequests: number | undefined
}

/** Reads a response of JSON. Rejects with a `RequestError` when it is not a GraphQL response. */
export async function readBody<Data>(response: Response): Promise<Pick<Answer<Data>, 'data' | 'errors'>> {
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
