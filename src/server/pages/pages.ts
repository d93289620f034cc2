import { createSymbolProperty } from '../symbol-property.ts'

type Headers = Readonly<Record<string, string>>

/** The headers of a page and its files. They replace those for answers with patient data (`usePrivacy`). */
export function createPageHeaders() {
  const headersOf = createSymbolProperty<Request, Headers>('headers')
  return {
    set: headersOf.set,
    get: headersOf.get,
    onResponse({ request, response }: { readonly request: Request; readonly response: Response }): void {
      for (const [name, value] of Object.entries(headersOf.get(request) ?? {}))
        response.headers.set(name, value)
    },
  }
}

/** A content security policy: the browser loads and runs only what is allowed, and does not show the page in a frame. */
export function contentPolicy(allowed: readonly string[]): string {
  const closed = ["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]
  return ["default-src 'none'", ...allowed, ...closed].join('; ')
}
