/** A content security policy: the browser loads and runs only what is allowed, and does not show the page in a frame. */
export function contentPolicy(allowed: readonly string[]): string {
  const closed = ["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]
  return ["default-src 'none'", ...allowed, ...closed].join('; ')
}
