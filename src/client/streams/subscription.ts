import { RequestError, ResumeError } from '../errors.ts'
import { type Answer, answerOf, type HeaderLines, readPart, type StreamPart } from '../response.ts'
import { readEvents } from './event-stream.ts'
import {
  cancellable,
  type Interruption,
  interruptionOf,
  isUnavailable,
  readRefusal,
  requireStream,
} from './interruption.ts'
import { type Pause, pauseMs } from './pause.ts'

export interface SubscriptionOptions {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>> & { readonly after?: string | null | undefined }
  /** Returns the current headers. Called for each stream. */
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
  return cancellable((signal) => generate<Data>(options, signal), options.signal)
}

async function* generate<Data>(
  options: SubscriptionOptions,
  signal: AbortSignal,
): AsyncGenerator<Answer<Data>, undefined, void> {
  const { query, headers, post, wait, silenceMs, onOpen, onLine = () => {}, anew = false } = options
  let { variables } = options
  const takesAfter = /\$after\b/.test(query)
  /** The sequence after which the next stream resumes; undefined where it is not known. */
  let resumeAfter = variables.after ?? undefined
  let latest: string | undefined
  let hasAnswered = false
  let hasOpened = false
  let attempt = 0

  async function* follow(freshHeaders: HeaderLines): AsyncGenerator<Answer<Data>, Interruption, void> {
    let response: Response
    try {
      response = await post(
        resumeAfter === undefined ? variables : { ...variables, after: resumeAfter },
        freshHeaders,
        signal,
      )
    } catch (cause) {
      // A failed first connection is not retried, because the address may be wrong.
      if (!hasAnswered) throw cause
      return { cause }
    }
    hasAnswered = true
    if (isUnavailable(response)) return readRefusal(response)
    const body = await requireStream(response)
    attempt = 0
    // Resuming after this sequence repeats this stream from its first change.
    resumeAfter = response.headers.get('x-resume-after') ?? resumeAfter
    onLine(true)
    if (!hasOpened) await onOpen?.()
    hasOpened = true
    for await (const { name, data: json } of readEvents(body, { silenceMs, signal })) {
      if (name === 'complete') break
      if (name !== 'next') continue
      const part = readPart<StreamPart<Data>>(json)
      if (part.data === undefined) return interruptionOf(part)
      const change = changeIn(part.data)
      if (change !== undefined) {
        if (change.sequence !== undefined && change.sequence === latest) continue
        latest = change.sequence
        resumeAfter = change.sequence
      }
      yield answerOf(part)
    }
    return {}
  }

  for (;;) {
    signal.throwIfAborted()
    let interruption: Interruption
    try {
      interruption = yield* follow(await headers())
    } catch (error) {
      if (!anew || !isExpired(error)) throw error
      variables = { ...variables, after: undefined }
      resumeAfter = undefined
      hasOpened = false
      continue
    }
    signal.throwIfAborted()
    onLine(false)
    resumeAfter ??= interruption.resumeAfter
    if (hasOpened && (resumeAfter === undefined || !takesAfter))
      throw new ResumeError({ cause: interruption.cause })
    attempt += 1
    await wait({ ms: pauseMs(attempt, interruption.retryAfterMs), attempt, signal })
  }
}

function isExpired(error: unknown): boolean {
  return error instanceof RequestError && error.find('RESUME_EXPIRED') !== undefined
}

/** The change of a part, under any alias: a subscription has one root field. Undefined where that field failed. */
function changeIn(data: unknown): { readonly sequence: string | undefined } | undefined {
  const [change] = Object.values(data ?? {}) as (Readonly<Record<string, unknown>> | null)[]
  if (!change) return undefined
  const { sequence } = change
  return { sequence: typeof sequence === 'string' ? sequence : undefined }
}
