export interface PostOptions {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly timeoutMs: number
  /** Aborts the request. */
  readonly stopping: AbortSignal
}

/** Sends one attempt of a delivery. Returns the HTTP status; 0 if no answer arrived in time. Follows no redirect. */
export async function post({ url, headers, body, timeoutMs, stopping }: PostOptions): Promise<number> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([stopping, AbortSignal.timeout(timeoutMs)]),
    })
    // The body is not read, however long it is.
    response.body?.cancel().catch(() => {})
    return response.status
  } catch {
    // The connection was refused or broke, or the answer timed out: the next attempt may succeed.
    return 0
  }
}
