import type { StreamResult } from '../../support/stream.ts'

/** A part of an answer by incremental delivery of 2022. */
export interface AnswerPart extends StreamResult {
  readonly hasNext?: boolean
  readonly incremental?: readonly {
    readonly path: readonly (string | number)[]
    readonly label?: string
    // biome-ignore lint/suspicious/noExplicitAny: a document selects data of any shape
    readonly data: any
    readonly errors?: StreamResult['errors']
  }[]
}

export interface PartsAnswer extends AsyncDisposable {
  readonly response: Response
  /** The next part; undefined after the last one. */
  next(): Promise<AnswerPart | undefined>
  rest(): Promise<AnswerPart[]>
  leave(): Promise<void>
}

export const MULTIPART = 'multipart/mixed;deferSpec=20220824, application/json'
export const EVENT_STREAM = 'text/event-stream'

interface PartsQuery {
  readonly query: string
  readonly variables?: object
  readonly accept?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly fetch?: (request: Request) => Promise<Response>
}

/** Sends a query, and reads its answer part by part. An answer as one JSON document counts as one part. */
export async function queryInParts(url: string, asking: PartsQuery): Promise<PartsAnswer> {
  const { query, variables = {}, accept = MULTIPART, headers, fetch = globalThis.fetch } = asking
  const controller = new AbortController()
  const response = await fetch(
    new Request(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, ...headers },
      body: JSON.stringify({ query, variables }),
      signal: controller.signal,
    }),
  )
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  const isJson = response.headers.get('content-type')?.startsWith('application/') ?? false
  let text = ''
  let isOver = false

  /** Removes the first complete unit from the text: an event, the body of a part, or a JSON document. */
  function take(): string | undefined {
    if (isJson) return isOver ? cut(text.length, text.length) : undefined
    const isEvents = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false
    const end = text.indexOf(isEvents ? '\n\n' : '\r\n---')
    return end < 0 ? undefined : cut(end, end + (isEvents ? 2 : 5))
  }

  function cut(end: number, next: number): string | undefined {
    const taken = text.slice(0, end)
    text = text.slice(next)
    return taken === '' ? undefined : taken
  }

  async function next(): Promise<AnswerPart | undefined> {
    for (;;) {
      const json = /(?:^|\n|data: )(\{.*\})\s*$/s.exec(take() ?? '')?.[1]
      if (json !== undefined) return JSON.parse(json) as AnswerPart
      if (text.includes('\n\n') || text.includes('\r\n---')) continue
      if (isOver) return undefined
      const { value, done } = (await reader?.read()) ?? { done: true }
      if (done) isOver = true
      else text += value
    }
  }

  async function leave(): Promise<void> {
    controller.abort()
    await reader?.cancel().catch(() => {})
  }

  return {
    response,
    next,
    async rest() {
      const parts: AnswerPart[] = []
      for (let part = await next(); part !== undefined; part = await next()) parts.push(part)
      return parts
    },
    leave,
    [Symbol.asyncDispose]: leave,
  }
}

/** The result of a client after it has merged all parts. */
export function merged(parts: readonly AnswerPart[]): { data: unknown; errors: readonly unknown[] } {
  const [first, ...rest] = parts
  const data: unknown = structuredClone(first?.data)
  const errors = [...(first?.errors ?? [])]
  for (const { path, data: more, errors: others = [] } of rest.flatMap(
    ({ incremental = [] }) => incremental,
  )) {
    errors.push(...others)
    const target = path.reduce<unknown>((tree, key) => (tree as Record<string | number, unknown>)[key], data)
    if (more !== null) assign(target as Record<string, unknown>, more as Record<string, unknown>)
  }
  return { data, errors }
}

function assign(target: Record<string, unknown>, source: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(source)) {
    const known = target[key]
    if (typeof known === 'object' && known !== null && typeof value === 'object' && value !== null)
      assign(known as Record<string, unknown>, value as Record<string, unknown>)
    else target[key] = value
  }
}
