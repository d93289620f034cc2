/** A server-sent event: the lines of its `data`, joined by line breaks. */
export interface ServerSentEvent {
  readonly name: string
  readonly data: string
}

export interface ReadingOptions {
  /** The stream counts as broken when nothing comes for so many milliseconds, comments included. */
  readonly silenceMs: number
  /** Ends the stream, also where the function that sent the request did not take the signal. */
  readonly signal: AbortSignal
}

/** The events of a response, until the stream ends, breaks, or falls silent. Whoever stops reading cancels the response. */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  { silenceMs, signal }: ReadingOptions,
): AsyncGenerator<ServerSentEvent, void, void> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  const parse = createEventParser()
  // A pending read then ends as at the end of the stream.
  const cancel = () => void reader.cancel().catch(() => {})
  signal.addEventListener('abort', cancel)
  try {
    for (;;) {
      // Only while the stream is read: what waits for a slow reader is no silence.
      const timer = setTimeout(cancel, silenceMs)
      const piece = await reader.read().catch(() => undefined)
      clearTimeout(timer)
      if (piece?.value === undefined) return
      yield* parse(decoder.decode(piece.value, { stream: true }))
    }
  } finally {
    signal.removeEventListener('abort', cancel)
    cancel()
  }
}

/** Takes the text of a stream in pieces that are cut anywhere, and returns the events that each piece completes. */
export function createEventParser(): (piece: string) => readonly ServerSentEvent[] {
  let rest = ''
  let name = ''
  let data: string[] = []

  /** Returns an event where this line ends one: the empty line does. */
  function takeLine(line: string): readonly ServerSentEvent[] {
    if (line !== '') {
      const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
      // A comment has an empty field. `id` and `retry` mean nothing to GraphQL.
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

  return (piece) => {
    const lines = (rest + piece).split(LINE_BREAK)
    rest = lines.pop() ?? ''
    return lines.flatMap(takeLine)
  }
}

/** A line feed may still follow a carriage return at the end of a piece, so that one waits for the next piece. */
const LINE_BREAK = /\r\n|\n|\r(?!$)/
