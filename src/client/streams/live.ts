import { type GatewayError, RequestError } from '../errors.ts'
import {
  type Answer,
  answerOf,
  costOf,
  type HeaderLines,
  readBody,
  readPart,
  type StreamPart,
  streamOf,
} from '../response.ts'
import { readEvents } from './event-stream.ts'
import { cancellable, type Interruption, interruptionOf, isUnavailable, readRefusal } from './interruption.ts'
import { type Pause, pauseMs } from './pause.ts'

export interface LiveOptions {
  /** Returns the current headers. Called for each stream. */
  readonly headers: () => Promise<HeaderLines>
  readonly post: (headers: HeaderLines, signal: AbortSignal) => Promise<Response>
  readonly wait: (pause: Pause) => Promise<unknown>
  readonly silenceMs: number
  readonly signal: AbortSignal | undefined
}

/**
 * The answers to a live query, over as many streams as it takes. Each stream begins with the current answer, so there is
 * nothing to resume; an answer that equals the previous one is skipped.
 */
export function followLive<Data>(options: LiveOptions): AsyncIterable<Answer<Data>> {
  return cancellable((signal) => generate<Data>(options, signal), options.signal)
}

async function* generate<Data>(
  { headers, post, wait, silenceMs }: LiveOptions,
  signal: AbortSignal,
): AsyncGenerator<Answer<Data>, undefined, void> {
  let latest: string | undefined
  let hasAnswered = false
  let attempt = 0

  /** Yields the new answers of one stream. Returns undefined where the gateway opens no stream. */
  async function* follow(
    freshHeaders: HeaderLines,
  ): AsyncGenerator<Answer<Data>, Interruption | undefined, void> {
    let response: Response
    try {
      response = await post(freshHeaders, signal)
    } catch (cause) {
      // A failed first connection is not retried, because the address may be wrong.
      if (!hasAnswered) throw cause
      return { cause }
    }
    hasAnswered = true
    if (isUnavailable(response)) return readRefusal(response)
    const body = streamOf(response)
    if (body === undefined) {
      yield await readSingleAnswer(response)
      return undefined
    }
    attempt = 0
    for await (const { name, data: json } of readEvents(body, { silenceMs, signal })) {
      if (name === 'complete') break
      if (name !== 'next') continue
      const part = readPart<StreamPart<Data>>(json)
      if (part.data === undefined) return interruptionOf(part)
      const text = JSON.stringify([part.data, part.errors?.map(withoutExchangeIds)])
      if (text === latest) continue
      latest = text
      yield answerOf(part)
    }
    return {}
  }

  for (;;) {
    signal.throwIfAborted()
    const interruption = yield* follow(await headers())
    if (interruption === undefined) return undefined
    signal.throwIfAborted()
    attempt += 1
    await wait({ ms: pauseMs(attempt, interruption.retryAfterMs), attempt, signal })
  }
}

/** The ids and the time of the same error differ for each exchange. */
function withoutExchangeIds({ extensions, ...error }: GatewayError): object {
  const { requestId, errorId, since, ...rest }: Readonly<Record<string, unknown>> = { ...extensions }
  return { ...error, extensions: rest }
}

/** A query whose directive is off has a single answer. Throws a `RequestError` where the gateway refused the query. */
async function readSingleAnswer<Data>(response: Response): Promise<Answer<Data>> {
  const { status } = response
  const { data, errors } = await readBody<Data>(response)
  if (data === null) throw new RequestError({ status, errors, data })
  return { data, errors, upstreamRequests: costOf(response) }
}
