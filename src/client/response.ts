import { type GatewayError, RequestError } from './errors.ts'

export type HeaderLines = Readonly<Record<string, string>>

/** The result of an operation. A failed part is null in `data`, with the reason in `errors`; the other parts have values. */
export interface Answer<Data> {
  readonly data: Data | null
  readonly errors: readonly GatewayError[]
  /**
   * The cost in requests of the upstream's hourly quota; undefined where the gateway does not report it. `ask` reads it
   * from the header `X-Upstream-Requests`, `subscribe` from `extensions.upstream` of each change.
   */
  readonly upstreamRequests: number | undefined
  /**
   * Since when the oldest stale part of the answer may be out of date, in RFC 3339: with a spent quota or the upstream
   * down, the gateway answers from its cache. Undefined where no part is stale.
   */
  readonly staleSince?: string | undefined
}

/** An event of a stream: a part of an incremental answer, a live answer, or a change. */
export interface StreamPart<Data> {
  readonly data?: Data | null
  readonly errors?: readonly GatewayError[]
  readonly extensions?: Extensions
}

interface Extensions {
  readonly upstream?: { readonly requests?: number; readonly stale?: readonly { readonly asOf: string }[] }
}

export function answerOf<Data>({ data = null, errors = [], extensions }: StreamPart<Data>): Answer<Data> {
  return { data, errors, upstreamRequests: extensions?.upstream?.requests }
}

/** The `Accept` of a request for a stream. The gateway responds with JSON where it opens no stream. */
export const STREAM_OR_JSON = 'text/event-stream, application/json'

/** The body of a response that is an event stream; undefined for any other response. */
export function streamOf({ headers, body }: Response): ReadableStream<Uint8Array> | undefined {
  return headers.get('content-type')?.startsWith('text/event-stream') ? (body ?? undefined) : undefined
}

/** Throws a `RequestError` if the text is not a part of a stream. */
export function readPart<Part extends StreamPart<unknown>>(json: string): Part {
  const part = parse(json)
  if (typeof part === 'object' && part !== null) return part as Part
  throw new RequestError({ status: 200, errors: [], data: null })
}

/** The cost that the header of a response states, in upstream requests. */
export function costOf({ headers }: Response): number | undefined {
  const cost = headers.get('x-upstream-requests')
  return cost === null ? undefined : Number(cost)
}

type Body<Data> = Pick<Answer<Data>, 'data' | 'errors' | 'staleSince'>

/** Reads a response of JSON. Rejects with a `RequestError` when it is not a GraphQL response. */
export async function readBody<Data>(response: Response): Promise<Body<Data>> {
  return readText({ status: response.status, text: await response.text() })
}

/** Reads the text of a response. Throws a `RequestError` when it is not a GraphQL response. */
export function readText<Data>({
  status,
  text,
}: {
  readonly status: number
  readonly text: string
}): Body<Data> {
  const body = parse(text)
  if (typeof body !== 'object' || body === null || !('data' in body || 'errors' in body))
    throw new RequestError({ status, errors: [], data: null })
  // The types are not checked here: the gateway guarantees its schema.
  const { data = null, errors = [], extensions } = body as StreamPart<Data>
  return { data, errors, staleSince: staleSinceOf(extensions) }
}

/** Instants in UTC sort as texts. */
function staleSinceOf(extensions: Extensions | undefined): string | undefined {
  const [oldest] = extensions?.upstream?.stale?.map(({ asOf }) => asOf).sort() ?? []
  return oldest
}

/** Undefined for a text that is not JSON, such as the error page of a proxy. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
