import { UpstreamError } from '../errors.ts'
import type { Layer } from '../pipe/pipe.ts'

/** How the last exchange with the upstream ended; `unknown` before the first. */
export type UpstreamState = 'unknown' | 'answering' | 'failing'

/** Remembers how the last exchange ended, for operators. Asks nothing itself. */
export function createUpstreamState(): { readonly layer: Layer; readonly state: () => UpstreamState } {
  let state: UpstreamState = 'unknown'
  const layer: Layer = (next) => async (request, operation) => {
    try {
      const reply = await next(request, operation)
      state = 'answering'
      return reply
    } catch (error) {
      if (error instanceof UpstreamError && error.progress !== 'notSent')
        state = error.response && error.response.status < 500 ? 'answering' : 'failing'
      throw error
    }
  }
  return { layer, state: () => state }
}
