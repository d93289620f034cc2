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

/** Sends an operation to any GraphQL server as JSON over HTTP. It takes answers as they are, so that nothing is spent on packing. */
export async function ask(
  url: string,
  request: GraphQLRequest,
  headers: Readonly<Record<string, string>> = {},
): Promise<GraphQLResult> {
  const response = await send(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(request),
  })
  return (await response.body.json()) as GraphQLResult
}
