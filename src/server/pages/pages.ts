import { createSymbolProperty } from '../symbol-property.ts'

type Headers = Readonly<Record<string, string>>

/** Headers of a page and its files, which replace those of answers with patients' data. */
export function createPageHeaders() {
  const own = createSymbolProperty<Request, Headers>('headers')
  return {
    set: own.set,
    get: own.get,
    onResponse({ request, response }: { readonly request: Request; readonly response: Response }): void {
      for (const [name, value] of Object.entries(own.get(request) ?? {})) response.headers.set(name, value)
    },
  }
}

/** The browser loads and runs nothing but what is allowed, and does not show the page in a frame. */
export function contentPolicy(allowed: readonly string[]): string {
  const closed = ["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]
  return ["default-src 'none'", ...allowed, ...closed].join('; ')
}
