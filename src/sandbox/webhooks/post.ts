export interface Post {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly timeoutMs: number
  /** Ends the request early. */
  readonly stopping: AbortSignal
}

/** Sends one try of a delivery. Returns the HTTP status; 0 if no answer came in time. A redirect is not followed. */
export async function post({ url, headers, body, timeoutMs, stopping }: Post): Promise<number> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([stopping, AbortSignal.timeout(timeoutMs)]),
    })
    // Nobody reads what a receiver says, however much that is.
    response.body?.cancel().catch(() => {})
    return response.status
  } catch {
    // Refused, cut off or too slow: the next try may fare better.
    return 0
  }
}
