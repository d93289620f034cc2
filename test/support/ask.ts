import { request as send } from 'undici'

export interface GraphQLRequest {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
}

export interface GraphQLResult {
  readonly data: unknown
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[]
  readonly extensions?: {
    readonly upstream?: { readonly stale?: readonly unknown[] }
    readonly estimate?: { readonly min: number; readonly max: number }
  }
}

type Headers = Readonly<Record<string, string>>

/** Sends an operation to any GraphQL server as JSON over HTTP. */
export async function ask(url: string, request: GraphQLRequest, headers?: Headers): Promise<GraphQLResult> {
  const response = await post(url, request, headers)
  return (await response.body.json()) as GraphQLResult
}

/** The same with the whole response. It takes answers as they are, so that nothing is spent on packing. */
export function post(url: string, request: object, headers: Headers = {}) {
  return send(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(request),
  })
}
