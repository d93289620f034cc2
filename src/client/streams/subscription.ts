import { RequestError, ResumeError } from '../errors.ts'
import { type Answer, answerOf, type HeaderLines, readPart, type StreamPart } from '../response.ts'
import { type Break, breakOf, isBusy, leavable, refusal, requireStream } from './break.ts'
import { readEvents } from './event-stream.ts'
import { type Pause, pauseMs } from './pause.ts'

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

/**
 * The answers of a subscription, over as many streams as it takes. Each iteration is a subscription of its own, which begins
 * at the first `next()`.
 */
export function followAnswers<Data>(options: SubscriptionOptions): AsyncIterable<Answer<Data>> {
  return leavable((signal) => generate<Data>(options, signal), options.signal)
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
    if (isBusy(response)) return refusal(response)
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

function isExpired(error: unknown): boolean {
  return error instanceof RequestError && error.find('RESUME_EXPIRED') !== undefined
}

/** The change of a part, wherever the document puts it: a subscription has one root field. Undefined where it failed. */
function changeIn(data: unknown): { readonly sequence: string | undefined } | undefined {
  const [change] = Object.values(data ?? {}) as (Readonly<Record<string, unknown>> | null)[]
  if (!change) return undefined
  const { sequence } = change
  return { sequence: typeof sequence === 'string' ? sequence : undefined }
}
