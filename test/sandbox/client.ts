import { onTestFinished } from 'vitest'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/server.ts'

interface Call {
  readonly key?: string | null
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON; text as it is. */
  readonly body?: unknown
}

interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests read bodies as a client without types would.
  readonly body: any
}

/** Speaks to an API as any HTTP client would; nothing is judged. */
export function createClient({ url, key }: Pick<Sandbox, 'url' | 'key'>) {
  return async function call(
    endpoint: string,
    { key: otherKey = key, headers, body }: Call = {},
  ): Promise<Answer> {
    const [method = '', target = ''] = endpoint.split(' ')
    const response = await fetch(url + target, {
      method,
      headers: {
        ...(otherKey !== null && { authorization: `Bearer ${otherKey}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) }
  }
}
export type Client = ReturnType<typeof createClient>

/** A sandbox of the test's own, empty unless told otherwise, that goes away with it. */
export async function sandboxFor(options: SandboxOptions = {}): Promise<Sandbox & { readonly call: Client }> {
  const sandbox = await startSandbox({ seed: 0, ...options })
  onTestFinished(() => sandbox.close())
  return { ...sandbox, call: createClient(sandbox) }
}

export const VISIT = {
  title: 'Initial Consultation',
  start_time: '2025-01-25T10:00:00Z',
  end_time: '2025-01-25T10:30:00Z',
} as const
