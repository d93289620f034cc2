import { createAnswerCache } from './answer-cache.ts'
import { RequestError } from './errors.ts'
import type { TypedDocumentString } from './generated/graphql.ts'
import { buildGetUrl, type OperationRequest, persistedQueryOf } from './get-url.ts'
import { type Answer, costOf, type HeaderLines, readText, STREAM_OR_JSON } from './response.ts'
import { followLive } from './streams/live.ts'
import { type PartialAnswer, readParts } from './streams/parts.ts'
import { type Pause, waitFor } from './streams/pause.ts'
import { followAnswers } from './streams/subscription.ts'

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
  /**
   * Waits before a subscription reconnects: for `ms`, or as long as you like.
   * @default waits for `ms`: from half a second to half a minute, and at least as long as `Retry-After` states
   */
  readonly wait?: (pause: Pause) => Promise<unknown>
  /**
   * A stream on which nothing arrives for this many milliseconds counts as broken. The gateway sends a heartbeat every 15
   * seconds.
   * @default 45_000
   */
  readonly silenceMs?: number
  /** The default of a request's `byGet`. */
  readonly byGet?: boolean
  /**
   * The gateway trusts the documents of this package (`TRUSTED_DOCUMENTS`): the client sends their hashes, by GET and by
   * POST, and the text of a document whose hash the gateway does not know.
   * @default false
   */
  readonly trusted?: boolean
}

export interface RequestOptions {
  /**
   * Whether a query may be sent by GET, so that an unchanged answer is sent without its body (304). The variables are then
   * in the URL, which proxies write to their logs: `true` puts any variables there, ids of patients too, and `false` none.
   * @default only where all variables are booleans, nulls, instants, numbers below `first` and `last`, dates below `day`,
   * `gte` and `lte`, time zones below `timeZone`, and statuses below `status`
   */
  readonly byGet?: boolean
  /** Aborts the request. The promise then rejects with the reason of the signal. */
  readonly signal?: AbortSignal
}

export interface SubscribeOptions extends RequestOptions {
  /**
   * Called once, when the subscription receives every change from now on: read here what the changes keep up to date, and
   * no change in between is missed. The first change is delivered after the promise is resolved.
   * @default does nothing
   */
  readonly onOpen?: () => void | Promise<void>
  /**
   * Called with true each time a stream opens, and with false each time a stream breaks or does not open: for a status
   * display.
   * @default does nothing
   */
  readonly onLine?: (isOpen: boolean) => void
  /**
   * Where the gateway no longer has the changes since the last one (`RESUME_EXPIRED`), subscribe anew and call `onOpen`
   * again, instead of rejecting.
   * @default false
   */
  readonly anew?: boolean
}

export interface Client {
  /** Resolves to the data. Rejects with a `RequestError` when any part failed; its `data` has the other parts. */
  request<Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    ...rest: Rest<Variables>
  ): Promise<Data>
  /** Resolves to data and errors. Rejects with a `RequestError` only when the response is not a GraphQL response. */
  ask<Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    ...rest: Rest<Variables>
  ): Promise<Answer<Data>>
  /**
   * The answer to a query with `@defer`, state by state: `for await (const { data, isComplete } of …)`. Each state merges all
   * parts that have arrived so far, and the last one is complete; without deferred parts there is one state. Leaving the
   * loop, or aborting the signal, ends the connection. Rejects with a `RequestError` when the response is not a GraphQL
   * response, or ends before its last part.
   */
  inParts<Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    ...rest: Rest<Variables>
  ): AsyncIterable<PartialAnswer<Data>>
  /**
   * The answers to a query with `@live`: the first one, and a complete new one after each change. `for await (const { data,
   * errors } of …)`; leaving the loop, or aborting the signal, ends the connection. Reconnects by itself as `subscribe`
   * does. Rejects with a `RequestError` where a reconnection can't help, as with `EVENTS_UNAVAILABLE`. A query without the
   * directive has one answer.
   */
  live<Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    ...rest: Rest<Variables>
  ): AsyncIterable<Answer<Data>>
  /**
   * The changes that a subscription delivers, each an `Answer`: `for await (const { data, errors } of …)`. Leaving the loop,
   * or aborting the signal, ends the connection.
   *
   * Resumes by itself after a broken connection, a gateway that stops or is overloaded (502, 503, 504, 429), a reader that
   * was too slow, and a token that has expired, with any number of attempts. Each attempt subscribes `after` the last
   * change, with the headers as they are then. No change is lost, and none is delivered twice. To resume, the document takes
   * `$after` and selects `sequence`, as `AppointmentChangesDocument` does; otherwise a break rejects with a `ResumeError`.
   *
   * Rejects with a `RequestError` where a reconnection can't help, as with `FORBIDDEN` or `BAD_USER_INPUT`. `RESUME_EXPIRED`
   * is one of these: the gateway no longer has the changes since the last one, so read your list again and subscribe anew.
   * Where the first connection or `headers` fails, it rejects with the same reason.
   */
  subscribe<Data, Variables extends Resumable>(
    document: TypedDocumentString<Data, Variables>,
    ...rest: Rest<Variables, SubscribeOptions>
  ): AsyncIterable<Answer<Data>>
}

/** The variables of a subscription that can resume after its last change. */
interface Resumable {
  readonly after?: string | null | undefined
}

/** Variables and options; the variables are optional where the operation requires none. */
type Rest<Variables, Options = RequestOptions> =
  Record<string, never> extends Variables
    ? [variables?: Variables, options?: Options]
    : [variables: Variables, options?: Options]

/** Three heartbeats of the gateway. */
const SILENCE_MS = 45_000
/** The error codes after which the client sends the text: the gateway does not know the hash. */
const UNKNOWN_HASH_CODES = ['PERSISTED_QUERY_NOT_FOUND', 'PERSISTED_QUERY_NOT_SUPPORTED']
/** The texts of some fifty pages of a hundred appointments. */
const MAX_CACHED_CHARACTERS = 2_000_000

/**
 * Creates a client that sends typed documents to the gateway, each with one request: a query by GET where its URL is short
 * and its variables identify no person, all else by POST. It caches the latest answers by GET in memory, and returns the
 * cached one where the gateway responds that it has not changed (304). When `fetch` rejects, the client rejects with the
 * same reason.
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
  async function readHeaders(): Promise<HeaderLines> {
    const { headers = {} } = options
    return typeof headers === 'function' ? headers() : headers
  }

  const cache = createAnswerCache(MAX_CACHED_CHARACTERS)
  const unknownHashes = new Set<string>()

  function send(url: string, init: RequestInit, signal: AbortSignal | undefined): Promise<Response> {
    return (options.fetch ?? globalThis.fetch)(url, { ...init, ...(signal && { signal }) })
  }

  function requestOf<Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    variables: unknown,
  ): OperationRequest {
    const { __meta__ } = document
    // graphql-codegen writes `hash` with `persistedDocuments`; in the documents of this package its name is `trusted`.
    const hash: unknown = __meta__?.hash ?? (options.trusted ? __meta__?.trusted : undefined)
    return { query: document.toString(), hash: typeof hash === 'string' ? hash : undefined, variables }
  }

  /** Contains the text or, for a gateway that trusts the document, its hash. */
  function bodyOf({ query, hash, variables }: OperationRequest): object {
    return options.trusted && hash !== undefined
      ? { ...persistedQueryOf(hash), variables }
      : { query, variables }
  }

  function post(body: object, headers: HeaderLines, signal: AbortSignal | undefined): Promise<Response> {
    const all = { 'content-type': 'application/json', accept: 'application/json', ...headers }
    return send(options.url, { method: 'POST', headers: all, body: JSON.stringify(body) }, signal)
  }

  /** The `ETag` identifies the data, whatever the headers: a 304 confirms the cached answer for the current caller too. */
  async function get(
    url: string,
    headers: HeaderLines,
    signal: AbortSignal | undefined,
  ): Promise<TextResponse> {
    const cached = cache.get(url)
    const all = {
      accept: 'application/json',
      'x-graphql-yoga-csrf': '1',
      ...(cached && { 'if-none-match': cached.tag }),
      ...headers,
    }
    // The browser writes no answer to its disk: the only cache is in the memory of this client.
    const response = await send(url, { method: 'GET', headers: all, cache: 'no-store' }, signal)
    if (cached !== undefined && response.status === 304) return { response, status: 200, text: cached.text }
    const text = await response.text()
    const tag = response.headers.get('etag')
    if (response.status === 200 && tag !== null) cache.set(url, { tag, text })
    return { response, status: response.status, text }
  }

  async function postOperation(
    operation: OperationRequest,
    headers: HeaderLines,
    signal: AbortSignal | undefined,
  ) {
    const response = await post(bodyOf(operation), headers, signal)
    return { response, status: response.status, text: await response.text() }
  }

  async function sendOperation<Data>(
    operation: OperationRequest,
    requestOptions: RequestOptions = {},
  ): Promise<AnswerWithStatus<Data>> {
    const { signal, byGet = options.byGet } = requestOptions
    const headers = await readHeaders()
    const hash =
      operation.hash !== undefined && unknownHashes.has(operation.hash) ? undefined : operation.hash
    const request = { ...operation, hash }
    const url = buildGetUrl(options.url, request, byGet)
    const received = await (url === undefined
      ? postOperation(request, headers, signal)
      : get(url, headers, signal))
    const answer: Answer<Data> = {
      ...readText<Data>(received),
      upstreamRequests: costOf(received.response),
    }
    const isUnknown = answer.errors.some(({ extensions }) => UNKNOWN_HASH_CODES.includes(extensions?.code))
    if (hash === undefined || !isUnknown) return { answer, status: received.status }
    unknownHashes.add(hash)
    return sendOperation(operation, requestOptions)
  }

  return {
    async request<Data, Variables>(
      document: TypedDocumentString<Data, Variables>,
      ...[variables, requestOptions]: Rest<Variables>
    ) {
      const { answer, status } = await sendOperation<Data>(requestOf(document, variables), requestOptions)
      const { data, errors } = answer
      if (data !== null && errors.length === 0) return data
      throw new RequestError({ status, errors, data })
    },
    async ask<Data, Variables>(
      document: TypedDocumentString<Data, Variables>,
      ...[variables, requestOptions]: Rest<Variables>
    ) {
      const { answer } = await sendOperation<Data>(requestOf(document, variables), requestOptions)
      return answer
    },
    inParts<Data, Variables>(
      document: TypedDocumentString<Data, Variables>,
      ...[variables, { signal } = {}]: Rest<Variables>
    ) {
      const body = bodyOf(requestOf(document, variables))
      return readParts<Data>({
        post: async (ending) => post(body, { accept: STREAM_OR_JSON, ...(await readHeaders()) }, ending),
        silenceMs: options.silenceMs ?? SILENCE_MS,
        signal,
      })
    },
    live<Data, Variables>(
      document: TypedDocumentString<Data, Variables>,
      ...[variables, { signal } = {}]: Rest<Variables>
    ) {
      const body = { query: document.toString(), variables }
      return followLive<Data>({
        headers: readHeaders,
        post: (headers, ending) => post(body, { accept: STREAM_OR_JSON, ...headers }, ending),
        wait: options.wait ?? waitFor,
        silenceMs: options.silenceMs ?? SILENCE_MS,
        signal,
      })
    },
    subscribe<Data, Variables extends Resumable>(
      document: TypedDocumentString<Data, Variables>,
      ...[variables, subscribeOptions = {}]: Rest<Variables, SubscribeOptions>
    ) {
      const query = document.toString()
      return followAnswers<Data>({
        query,
        variables: { ...variables },
        headers: readHeaders,
        // Accepts JSON too, so that a refusal has its own HTTP status.
        post: (current, headers, ending) =>
          post(bodyOf(requestOf(document, current)), { accept: STREAM_OR_JSON, ...headers }, ending),
        wait: options.wait ?? waitFor,
        silenceMs: options.silenceMs ?? SILENCE_MS,
        ...subscribeOptions,
      })
    },
  }
}

interface TextResponse {
  readonly response: Response
  /** The status of the answer: 200 where the response is 304. */
  readonly status: number
  readonly text: string
}

interface AnswerWithStatus<Data> {
  readonly answer: Answer<Data>
  readonly status: number
}
