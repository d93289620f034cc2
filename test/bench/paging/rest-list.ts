import type { Product } from '../../support/product.ts'

export interface RestPage {
  readonly rows: readonly unknown[]
  readonly hasMore: boolean
}

/** Reads a window of the whole list, or returns undefined if the upstream refuses it. */
export type ReadWindow = (offset: number, limit: number) => Promise<RestPage | undefined>

export function windowsOf({ upstream }: Product): ReadWindow {
  return async (offset, limit) => {
    const response = await fetch(`${upstream.url}/appointments?limit=${limit}&offset=${offset}`, {
      headers: { authorization: `Bearer ${upstream.key}` },
    })
    if (!response.ok) return undefined
    const { data, meta } = (await response.json()) as { data: unknown[]; meta: { has_more: boolean } }
    return { rows: data, hasMore: meta.has_more }
  }
}
