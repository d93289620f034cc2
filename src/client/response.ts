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
  return readText({ status: response.status, text: await response.text() })
}

/** The same of a response whose text is read. */
export function readText<Data>({
  status,
  text,
}: {
  readonly status: number
  readonly text: string
}): Pick<Answer<Data>, 'data' | 'errors'> {
  const body = parse(text)
  if (typeof body !== 'object' || body === null || !('data' in body || 'errors' in body))
    throw new RequestError({ status, errors: [], data: null })
  // The types are not checked here: the gateway answers as its schema says.
  const { data = null, errors = [] } = body as { data?: Data | null; errors?: readonly GatewayError[] }
  return { data, errors }
}

/** Undefined for what is no JSON, such as the error page of a proxy. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
