/** A result of a subscription, as a client gets it. */
export interface StreamResult {
  // biome-ignore lint/suspicious/noExplicitAny: a document selects data of any shape
  readonly data?: any
  readonly errors?: readonly {
    readonly message: string
    readonly path?: readonly unknown[]
    readonly extensions: { readonly code: string } & Readonly<Record<string, unknown>>
  }[]
  readonly extensions?: { readonly upstream: { readonly requests: number } }
}

export interface TestStream extends AsyncDisposable {
  readonly response: Response
  /** The next result; undefined at the end of the stream. */
  next(): Promise<StreamResult | undefined>
  /** The text of the stream so far. */
  readonly text: () => string
  leave(): void
}

interface Subscribing {
  readonly query: string
  readonly variables?: object
  readonly headers?: Readonly<Record<string, string>>
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>
}

/** Subscribes by server-sent events, as a browser's fetch does. Resolves once the stream is open. */
export async function subscribe(
  url: string,
  { query, variables = {}, headers, fetch = globalThis.fetch }: Subscribing,
): Promise<TestStream> {
  const leaving = new AbortController()
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ query, variables }),
    signal: leaving.signal,
  })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  let read = 0

  async function next(): Promise<StreamResult | undefined> {
    for (;;) {
      const end = text.indexOf('\n\n', read)
      if (end < 0) {
        const chunk = await reader?.read()
        if (chunk === undefined || chunk.done) return undefined
        text += chunk.value
        continue
      }
      const event = text.slice(read, end)
      read = end + 2
      const data = /^event: next\ndata: (.*)$/s.exec(event)?.[1]
      if (data !== undefined) return JSON.parse(data) as StreamResult
      if (event.startsWith('event: complete')) return undefined
    }
  }

  async function leave(): Promise<void> {
    leaving.abort()
    await reader?.cancel().catch(() => {})
  }
  return { response, next, text: () => text, leave: () => void leave(), [Symbol.asyncDispose]: leave }
}

/** Opens a stream and leaves it; the status says whether there was room for it. */
export async function statusOfStream(url: string): Promise<number> {
  await using stream = await subscribe(url, { query: 'subscription { appointmentChanged { sequence } }' })
  return stream.response.status
}
