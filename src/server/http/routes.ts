import type { FetchAPI, Plugin } from 'graphql-yoga'
import type { MaybePromise } from '../../shared/maybe-promise.ts'
import { createSymbolProperty } from '../symbol-property.ts'
import type { NodeContext } from './node-handler.ts'
import { addToVary } from './privacy.ts'

type Headers = Readonly<Record<string, string>>

export interface RouteRequest {
  readonly request: Request
  readonly url: URL
  readonly fetchAPI: FetchAPI
  readonly context: NodeContext
  /** Sets headers of the response in place of those that every response has (`usePrivacy`). Only adds to `vary`. */
  readonly setHeaders: (headers: Headers) => void
}

/** Answers one path, beside GraphQL or at its endpoint. */
export interface Route {
  /** A text matches with or without the trailing slash that probes and routers may add, a pattern as it is. */
  readonly path: string | RegExp
  /**
   * HEAD arrives as GET.
   *
   * @default every method
   */
  readonly methods?: readonly string[]
  /** Undefined leaves the request to the next route of the path, and at last to GraphQL. */
  answer(request: RouteRequest): MaybePromise<Response | undefined>
}

/** Answers a request by the first matching route that returns a response. A POST of an operation matches none. */
export function useRoutes(routes: readonly Route[]): Plugin<object, NodeContext> {
  const ownHeaders = createSymbolProperty<Request, Headers>('headers')

  async function answer(matching: readonly Route[], request: RouteRequest): Promise<Response | undefined> {
    for (const route of matching) {
      const response = await route.answer(request)
      if (response !== undefined) return response
    }
    return undefined
  }

  return {
    onRequest({ request, url, fetchAPI, serverContext: context, endResponse }) {
      const matching = routes.filter((route) => matches(route, url, request.method))
      if (matching.length === 0) return undefined
      const setHeaders = (headers: Headers) => void ownHeaders.set(request, headers)
      return answer(matching, { request, url, fetchAPI, context, setHeaders }).then((response) => {
        if (response !== undefined) endResponse(response)
      })
    },
    onResponse({ request, response: { headers } }) {
      const own = ownHeaders.get(request)
      if (own === undefined) return
      for (const [name, value] of Object.entries(own))
        if (name === 'vary') addToVary(headers, value)
        else headers.set(name, value)
    },
  }
}

function matches({ path, methods }: Route, { pathname }: URL, method: string): boolean {
  if (methods?.includes(method) === false) return false
  return typeof path === 'string' ? pathname === path || pathname === `${path}/` : path.test(pathname)
}
