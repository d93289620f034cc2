import { onTestFinished } from 'vitest'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/server.ts'

interface RequestOptions {
  /** `null` sends no `Authorization` header. */
  readonly key?: string | null
  readonly headers?: Readonly<Record<string, string>>
  /** Text is sent unchanged, anything else as JSON. */
  readonly body?: unknown
}

interface JsonResponse {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: the tests assert the shape of the body themselves.
  readonly body: any
}

/** Calls an endpoint such as `GET /appointments` with a key, and returns whatever the API responds. */
export function createClient({ url, key }: Pick<Sandbox, 'url' | 'key'>) {
  return async function call(
    endpoint: string,
    { key: otherKey = key, headers, body }: RequestOptions = {},
  ): Promise<JsonResponse> {
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

/** Starts a sandbox for one test, without sample rows unless `seed` is given, and closes it after the test. */
export async function sandboxFor(options: SandboxOptions = {}): Promise<Sandbox & { readonly call: Client }> {
  const sandbox = await startSandbox({ seed: 0, ...options })
  onTestFinished(() => sandbox.close())
  return { ...sandbox, call: createClient(sandbox) }
}

/** An address that `fetch` refuses to call: no delivery to it leaves the process. */
export const UNREACHABLE_URL = 'http://127.0.0.1:9/'

export const VISIT = {
  title: 'Initial Consultation',
  start_time: '2025-01-25T10:00:00Z',
  end_time: '2025-01-25T10:30:00Z',
} as const
