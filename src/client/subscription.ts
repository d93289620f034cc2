import { hasCode, RequestError, ResumeError } from './errors.ts'
import { readEvents } from './event-stream.ts'
import { type Pause, pauseMs, retryAfterMs } from './pause.ts'
import { type Answer, type HeaderLines, readBody, readPart, type StreamPart, streamOf } from './response.ts'

export interface SubscriptionOptions {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>> & { readonly after?: string | null | undefined }
  /** The headers as they are now: called for each stream. */
  readonly headers: () => Promise<HeaderLines>
  readonly post: (variables: object, headers: HeaderLines, signal: AbortSignal) => Promise<Response>
  readonly wait: (pause: Pause) => Promise<unknown>
  readonly silenceMs: number
  readonly onOpen?: () => void | Promise<void>
  readonly onLine?: (isOpen: boolean) => void
  readonly anew?: boolean
  readonly signal?: AbortSignal
}

/** How a stream ended that another one goes on with. */
interface Break {
  /** Where the gateway says that it ended. */
  readonly resumeAfter?: string | undefined
  readonly retryAfterMs?: number | undefined
  readonly cause?: unknown
}

/** The gateway is busy or away: nothing is wrong with the operation. */
const COME_AGAIN = [429, 502, 503, 504]

/**
 * The answers of a subscription, over as many streams as it takes. Each iteration is a subscription of its own, which begins
 * at the first `next()`.
 */
export function followAnswers<Data>(options: SubscriptionOptions): AsyncIterable<Answer<Data>> {
  return { [Symbol.asyncIterator]: () => iterate<Data>(options) }
}

/** Leaves at once. A generator alone would let `return()` wait for the change that `next()` waits for. */
function iterate<Data>(options: SubscriptionOptions): AsyncIterator<Answer<Data>> {
  const leaving = new AbortController()
  const signals = [leaving.signal, ...(options.signal ? [options.signal] : [])]
  const answers = generate<Data>(options, AbortSignal.any(signals))
  let isLeft = false
  return {
    async next() {
      try {
        return await answers.next()
      } catch (error) {
        leaving.abort()
        if (isLeft) return { done: true, value: undefined }
        throw error
      }
    },
    return() {
      isLeft = true
      leaving.abort()
      return answers.return(undefined)
    },
  }
}

async function* generate<Data>(
  options: SubscriptionOptions,
  signal: AbortSignal,
): AsyncGenerator<Answer<Data>, undefined, void> {
  const { query, headers, post, wait, silenceMs, onOpen, onLine = () => {}, anew = false } = options
  let { variables } = options
  const takesAfter = /\$after\b/.test(query)
  /** The sequence from which the next stream goes on; undefined where it is not known. */
  let place = variables.after ?? undefined
  let latest: string | undefined
  let hasAnswered = false
  let hasOpened = false
  let attempt = 0

  /** Yields the answers of one stream. */
  async function* follow(freshHeaders: HeaderLines): AsyncGenerator<Answer<Data>, Break, void> {
    let response: Response
    try {
      response = await post(
        place === undefined ? variables : { ...variables, after: place },
        freshHeaders,
        signal,
      )
    } catch (cause) {
      // A first connection fails as that of any operation does, because the address may be wrong.
      if (!hasAnswered) throw cause
      return { cause }
    }
    hasAnswered = true
    if (COME_AGAIN.includes(response.status)) return refusal(response)
    const body = await requireStream(response)
    attempt = 0
    // Going on from there repeats this stream from its first change.
    place = response.headers.get('x-resume-after') ?? place
    onLine(true)
    if (!hasOpened) await onOpen?.()
    hasOpened = true
    for await (const { name, data: json } of readEvents(body, { silenceMs, signal })) {
      if (name === 'complete') break
      if (name !== 'next') continue
      const part = readPart<StreamPart<Data>>(json)
      if (part.data === undefined) return breakOf(part)
      const change = changeIn(part.data)
      if (change !== undefined) {
        if (change.sequence !== undefined && change.sequence === latest) continue
        latest = change.sequence
        place = change.sequence
      }
      yield answerOf(part)
    }
    return {}
  }

  for (;;) {
    signal.throwIfAborted()
    let broken: Break
    try {
      broken = yield* follow(await headers())
    } catch (error) {
      if (!anew || !isExpired(error)) throw error
      variables = { ...variables, after: undefined }
      place = undefined
      hasOpened = false
      continue
    }
    signal.throwIfAborted()
    onLine(false)
    place ??= broken.resumeAfter
    if (hasOpened && (place === undefined || !takesAfter)) throw new ResumeError({ cause: broken.cause })
    attempt += 1
    await wait({ ms: pauseMs(attempt, broken.retryAfterMs), attempt, signal })
  }
}

/** The stream that was asked for. Throws a `RequestError` where the gateway refused to open one. */
async function requireStream(response: Response): Promise<ReadableStream<Uint8Array>> {
  const body = streamOf(response)
  if (response.ok && body !== undefined) return body
  throw new RequestError({ status: response.status, ...(await readBody(response)) })
}

/** Reads the whole answer, which frees its connection. */
async function refusal(response: Response): Promise<Break> {
  const { status } = response
  const cause = await readBody(response).then(
    (body) => new RequestError({ status, ...body }),
    (error: unknown) => error,
  )
  return { retryAfterMs: retryAfterMs(response), cause }
}

function isExpired(error: unknown): boolean {
  return error instanceof RequestError && error.find('RESUME_EXPIRED') !== undefined
}

/** Throws what coming again can't mend. */
function breakOf({ errors = [] }: StreamPart<unknown>): Break {
  const cause = new RequestError({ status: 200, errors, data: null })
  const [error] = errors
  if (error === undefined) throw cause
  if (hasCode(error, 'STREAM_ENDED') || hasCode(error, 'STREAM_LAGGED'))
    return { resumeAfter: error.extensions.resumeAfter, cause }
  // The token has expired while the stream was open. The headers may have another by now; else the gateway refuses them.
  if (hasCode(error, 'UNAUTHENTICATED')) return { cause }
  throw cause
}

/** The change of a part, wherever the document puts it: a subscription has one root field. Undefined where it failed. */
function changeIn(data: unknown): { readonly sequence: string | undefined } | undefined {
  const [change] = Object.values(data ?? {}) as (Readonly<Record<string, unknown>> | null)[]
  if (!change) return undefined
  const { sequence } = change
  return { sequence: typeof sequence === 'string' ? sequence : undefined }
}

function answerOf<Data>({ data = null, errors = [], extensions }: StreamPart<Data>): Answer<Data> {
  return { data, errors, upstreamRequests: extensions?.upstream?.requests }
}
