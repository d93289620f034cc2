/** A server-sent event: the lines of its `data`, joined by line breaks. */
export interface ServerSentEvent {
  readonly name: string
  readonly data: string
}

export interface ReadingOptions {
  /** The stream counts as broken when nothing, not even a comment, arrives for this many milliseconds. */
  readonly silenceMs: number
  /** Ends the stream, also where the function that sent the request ignores the signal. */
  readonly signal: AbortSignal
}

/** The events of a response, until the stream ends, breaks, or times out. Leaving the iteration cancels the response. */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  { silenceMs, signal }: ReadingOptions,
): AsyncGenerator<ServerSentEvent, void, void> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  const parse = createEventParser()
  // After this a pending read resolves as at the end of the stream.
  const cancel = () => void reader.cancel().catch(() => {})
  signal.addEventListener('abort', cancel)
  try {
    for (;;) {
      // The timer runs only during a read: time that a slow reader takes does not count.
      const timer = setTimeout(cancel, silenceMs)
      const chunk = await reader.read().catch(() => undefined)
      clearTimeout(timer)
      if (chunk?.value === undefined) return
      yield* parse(decoder.decode(chunk.value, { stream: true }))
    }
  } finally {
    signal.removeEventListener('abort', cancel)
    cancel()
  }
}

/** Parses the text of a stream in chunks that are cut anywhere, and returns the events that each chunk completes. */
export function createEventParser(): (chunk: string) => readonly ServerSentEvent[] {
  let rest = ''
  let name = ''
  let data: string[] = []

  /** Returns an event at an empty line, which ends one. */
  function parseLine(line: string): readonly ServerSentEvent[] {
    if (line !== '') {
      const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
      // A comment has an empty field. GraphQL does not use `id` and `retry`.
      if (field === 'event') name = value
      else if (field === 'data') data.push(value)
      return []
    }
    const event = { name, data: data.join('\n') }
    const isEmpty = name === '' && data.length === 0
    name = ''
    data = []
    return isEmpty ? [] : [event]
  }

  return (chunk) => {
    const lines = (rest + chunk).split(LINE_BREAK)
    rest = lines.pop() ?? ''
    return lines.flatMap(parseLine)
  }
}

/** A carriage return at the end of a chunk waits for the next chunk, because a line feed may still follow. */
const LINE_BREAK = /\r\n|\n|\r(?!$)/
