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
import { type Break, breakOf, isBusy, leavable, refusal } from './break.ts'
import { readEvents } from './event-stream.ts'
import { type Pause, pauseMs } from './pause.ts'

export interface LiveOptions {
  /** The headers as they are now: called for each stream. */
  readonly headers: () => Promise<HeaderLines>
  readonly post: (headers: HeaderLines, signal: AbortSignal) => Promise<Response>
  readonly wait: (pause: Pause) => Promise<unknown>
  readonly silenceMs: number
  readonly signal: AbortSignal | undefined
}

/**
 * The answers to a live query, over as many streams as it takes. Each stream begins with the answer as it is by then, so
 * nothing has to be resumed; one that is the same as before is left out.
 */
export function followLive<Data>(options: LiveOptions): AsyncIterable<Answer<Data>> {
  return leavable((signal) => generate<Data>(options, signal), options.signal)
}

async function* generate<Data>(
  { headers, post, wait, silenceMs }: LiveOptions,
  signal: AbortSignal,
): AsyncGenerator<Answer<Data>, undefined, void> {
  let latest: string | undefined
  let hasAnswered = false
  let attempt = 0

  /** Yields the answers of one stream that differ from the one before. Returns nothing where there is no stream to go on with. */
  async function* follow(freshHeaders: HeaderLines): AsyncGenerator<Answer<Data>, Break | undefined, void> {
    let response: Response
    try {
      response = await post(freshHeaders, signal)
    } catch (cause) {
      // A first connection fails as that of any operation does, because the address may be wrong.
      if (!hasAnswered) throw cause
      return { cause }
    }
    hasAnswered = true
    if (isBusy(response)) return refusal(response)
    const body = streamOf(response)
    if (body === undefined) {
      yield await onlyAnswer(response)
      return undefined
    }
    attempt = 0
    for await (const { name, data: json } of readEvents(body, { silenceMs, signal })) {
      if (name === 'complete') break
      if (name !== 'next') continue
      const part = readPart<StreamPart<Data>>(json)
      if (part.data === undefined) return breakOf(part)
      const text = JSON.stringify([part.data, part.errors?.map(sameEachTime)])
      if (text === latest) continue
      latest = text
      yield answerOf(part)
    }
    return {}
  }

  for (;;) {
    signal.throwIfAborted()
    const broken = yield* follow(await headers())
    if (broken === undefined) return undefined
    signal.throwIfAborted()
    attempt += 1
    await wait({ ms: pauseMs(attempt, broken.retryAfterMs), attempt, signal })
  }
}

/** The same failure names another exchange each time. */
function sameEachTime({ extensions, ...error }: GatewayError): object {
  const { requestId, errorId, since, ...same }: Readonly<Record<string, unknown>> = { ...extensions }
  return { ...error, extensions: same }
}

/** A query whose directive is off is answered once. Throws a `RequestError` where the gateway refused it. */
async function onlyAnswer<Data>(response: Response): Promise<Answer<Data>> {
  const { status } = response
  const { data, errors } = await readBody<Data>(response)
  if (data === null) throw new RequestError({ status, errors, data })
  return { data, errors, upstreamRequests: costOf(response) }
}
