import { RequestError } from './errors.ts'
import type { TypedDocumentString } from './generated/graphql.ts'
import { type Asked, byHash, urlOf } from './get.ts'
import { createKeptAnswers } from './kept.ts'
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
   * Waits before a subscription comes back: for `ms`, or as long as you like.
   * @default waits for `ms`: from half a second to half a minute, and at least as long as `Retry-After` asks
   */
  readonly wait?: (pause: Pause) => Promise<unknown>
  /**
   * A stream on which nothing has come for so many milliseconds counts as broken. The gateway sends a sign of life every
   * 15 seconds.
   * @default 45_000
   */
  readonly silenceMs?: number
  /** What `byGet` of a request is where the request does not say. */
  readonly byGet?: boolean
  /**
   * The gateway trusts the documents of this package (`TRUSTED_DOCUMENTS`): the client sends their hashes, by GET and by POST,
   * and the text of one that it turns out not to know.
   * @default false
   */
  readonly trusted?: boolean
}

export interface RequestOptions {
  /**
   * Whether a query may go by GET, so that an answer that has not changed comes without its body. Its variables are in the
   * URL then, which proxies write to their logs: `true` puts any variables there, ids of patients too, and `false` none.
   * @default only where the variables hold nothing but truth values, nulls, instants, numbers below `first` and `last`,
   * dates below `day`, `gte` and `lte`, time zones below `timeZone`, and statuses below `status`
   */
  readonly byGet?: boolean
  /** Aborts the request. The promise then rejects with the reason of the signal. */
  readonly signal?: AbortSignal
}

export interface SubscribeOptions extends RequestOptions {
  /**
   * Called once, when the gateway tells of every change from now on: read here what the changes keep up to date, and none
   * between the two is missed. The first change comes after the promise is resolved.
   * @default does nothing
   */
  readonly onOpen?: () => void | Promise<void>
  /**
   * Called each time that a stream opens, with true, and that one breaks or does not open, with false: for a sign on a screen.
   * @default does nothing
   */
  readonly onLine?: (isOpen: boolean) => void
  /**
   * Where the gateway no longer has the changes since the last one (`RESUME_EXPIRED`), subscribe anew and call `onOpen` again,
   * in place of rejecting.
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
  /** Resolves to data and errors alike. Rejects with a `RequestError` when the response is not a GraphQL response. */
  ask<Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    ...rest: Rest<Variables>
  ): Promise<Answer<Data>>
  /**
   * The answer to a query with `@defer`, state by state: `for await (const { data, isComplete } of …)`. Each state has all that
   * has come until then, and the last one has everything; so there is one state where nothing comes later. Leaving the loop,
   * or aborting the signal, ends the connection. Rejects with a `RequestError` when the response is not a GraphQL response, or
   * ends before its last part.
   */
  inParts<Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    ...rest: Rest<Variables>
  ): AsyncIterable<PartialAnswer<Data>>
  /**
   * The answers to a query with `@live`: the first one, and one whenever it has changed, each whole. `for await (const { data,
   * errors } of …)`; leaving the loop, or aborting the signal, ends the connection. It goes on by itself as `subscribe` does.
   * Rejects with a `RequestError` where coming again can't help, as with `EVENTS_UNAVAILABLE`. A query without the directive
   * has one answer.
   */
  live<Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    ...rest: Rest<Variables>
  ): AsyncIterable<Answer<Data>>
  /**
   * The changes that a subscription tells of, each an `Answer`: `for await (const { data, errors } of …)`. Leaving the loop,
   * or aborting the signal, ends the connection.
   *
   * It goes on by itself after a broken connection, a gateway that stops or is overloaded (502, 503, 504, 429), a reader that
   * was too slow, and a token that has expired, for as long as that takes. Then it subscribes again `after` the last change,
   * with headers as they are by then. No change is lost, and none comes twice. For that the document takes `$after` and
   * selects `sequence`, as `AppointmentChangesDocument` does; without them a break rejects with a `ResumeError`.
   *
   * Rejects with a `RequestError` where coming again can't help, as with `FORBIDDEN` or `BAD_USER_INPUT`. `RESUME_EXPIRED` is
   * one of these: the gateway no longer has the changes since the last one, so read your list again and subscribe anew.
   * Where the first connection fails, or `headers` does, it rejects with the same reason.
   */
  subscribe<Data, Variables extends Resumable>(
    document: TypedDocumentString<Data, Variables>,
    ...rest: Rest<Variables, SubscribeOptions>
  ): AsyncIterable<Answer<Data>>
}

/** The variables of a subscription that can go on where it was cut off. */
interface Resumable {
  readonly after?: string | null | undefined
}

/** Variables and options; the variables are optional where the operation requires none. */
type Rest<Variables, Options = RequestOptions> =
  Record<string, never> extends Variables
    ? [variables?: Variables, options?: Options]
    : [variables: Variables, options?: Options]

/** Three signs of life of the gateway. */
const SILENCE_MS = 45_000
/** The gateway does not know the hash, and accepts the text. */
const SENDS_TEXT = ['PERSISTED_QUERY_NOT_FOUND', 'PERSISTED_QUERY_NOT_SUPPORTED']
/** The texts of some fifty pages of a hundred appointments. */
const MAX_KEPT_CHARACTERS = 2_000_000

/**
 * Creates a client that sends typed documents to the gateway, each with one request: a query by GET where its URL is short
 * and its variables name nobody, all else by POST. It keeps the latest answers by GET in memory, and where the gateway
 * says that one has not changed (304) it gives that one again. When `fetch` rejects, the client rejects with the same
 * reason.
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

  const kept = createKeptAnswers(MAX_KEPT_CHARACTERS)
  /** Hashes that this gateway does not know. */
  const untrusted = new Set<string>()

  function send(url: string, init: RequestInit, signal: AbortSignal | undefined): Promise<Response> {
    return (options.fetch ?? globalThis.fetch)(url, { ...init, ...(signal && { signal }) })
  }

  function askedBy<Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    variables: unknown,
  ): Asked {
    const { __meta__ } = document
    // graphql-codegen writes it with `persistedDocuments`: into the documents of this package under a name of its own.
    const hash: unknown = __meta__?.hash ?? (options.trusted ? __meta__?.trusted : undefined)
    return { query: document.toString(), hash: typeof hash === 'string' ? hash : undefined, variables }
  }

  /** A text or, to a gateway that trusts it, its hash. */
  function bodyOf({ query, hash, variables }: Asked): object {
    return options.trusted && hash !== undefined ? { ...byHash(hash), variables } : { query, variables }
  }

  function post(body: object, headers: HeaderLines, signal: AbortSignal | undefined): Promise<Response> {
    const all = { 'content-type': 'application/json', accept: 'application/json', ...headers }
    return send(options.url, { method: 'POST', headers: all, body: JSON.stringify(body) }, signal)
  }

  /** The tag names the data. So whoever asks, and with whatever headers: 304 says that this is the caller's answer. */
  async function get(url: string, headers: HeaderLines, signal: AbortSignal | undefined): Promise<Received> {
    const before = kept.get(url)
    const all = {
      accept: 'application/json',
      'x-graphql-yoga-csrf': '1',
      ...(before && { 'if-none-match': before.tag }),
      ...headers,
    }
    // The browser keeps nothing on its disk: what is kept is in the memory of this client.
    const response = await send(url, { method: 'GET', headers: all, cache: 'no-store' }, signal)
    if (before !== undefined && response.status === 304) return { response, status: 200, text: before.text }
    const text = await response.text()
    const tag = response.headers.get('etag')
    if (response.status === 200 && tag !== null) kept.set(url, { tag, text })
    return { response, status: response.status, text }
  }

  async function postAll(asked: Asked, headers: HeaderLines, signal: AbortSignal | undefined) {
    const response = await post(bodyOf(asked), headers, signal)
    return { response, status: response.status, text: await response.text() }
  }

  async function ask<Data>(asked: Asked, requestOptions: RequestOptions = {}): Promise<Asking<Data>> {
    const { signal, byGet = options.byGet } = requestOptions
    const headers = await readHeaders()
    const hash = asked.hash !== undefined && untrusted.has(asked.hash) ? undefined : asked.hash
    const sent = { ...asked, hash }
    const url = urlOf(options.url, sent, byGet)
    const received = await (url === undefined ? postAll(sent, headers, signal) : get(url, headers, signal))
    const answer: Answer<Data> = {
      ...readText<Data>(received),
      upstreamRequests: costOf(received.response),
    }
    const isUnknown = answer.errors.some(({ extensions }) => SENDS_TEXT.includes(extensions?.code))
    if (hash === undefined || !isUnknown) return { answer, status: received.status }
    untrusted.add(hash)
    return ask(asked, requestOptions)
  }

  return {
    async request<Data, Variables>(
      document: TypedDocumentString<Data, Variables>,
      ...[variables, requestOptions]: Rest<Variables>
    ) {
      const { answer, status } = await ask<Data>(askedBy(document, variables), requestOptions)
      const { data, errors } = answer
      if (data !== null && errors.length === 0) return data
      throw new RequestError({ status, errors, data })
    },
    async ask<Data, Variables>(
      document: TypedDocumentString<Data, Variables>,
      ...[variables, requestOptions]: Rest<Variables>
    ) {
      const { answer } = await ask<Data>(askedBy(document, variables), requestOptions)
      return answer
    },
    inParts<Data, Variables>(
      document: TypedDocumentString<Data, Variables>,
      ...[variables, { signal } = {}]: Rest<Variables>
    ) {
      const body = bodyOf(askedBy(document, variables))
      return readParts<Data>({
        post: async (leaving) => post(body, { accept: STREAM_OR_JSON, ...(await readHeaders()) }, leaving),
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
        post: (headers, leaving) => post(body, { accept: STREAM_OR_JSON, ...headers }, leaving),
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
        // JSON is for what is refused, so that its status is that of the response.
        post: (asked, headers, leaving) =>
          post(bodyOf(askedBy(document, asked)), { accept: STREAM_OR_JSON, ...headers }, leaving),
        wait: options.wait ?? waitFor,
        silenceMs: options.silenceMs ?? SILENCE_MS,
        ...subscribeOptions,
      })
    },
  }
}

interface Received {
  readonly response: Response
  /** Of the answer: 200 where the response is 304. */
  readonly status: number
  readonly text: string
}

interface Asking<Data> {
  readonly answer: Answer<Data>
  readonly status: number
}
