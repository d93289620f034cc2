import { UpstreamError } from './errors.ts'
import type { Layer } from './pipe.ts'

/** How the last exchange with the upstream ended; `unknown` before the first. */
export type PulseState = 'unknown' | 'answering' | 'failing'

/** Watches the exchanges, for whoever looks after the process. Asks nothing itself. */
export function createPulse(): { readonly layer: Layer; readonly state: () => PulseState } {
  let state: PulseState = 'unknown'
  const layer: Layer = (next) => async (request, operation) => {
    try {
      const reply = await next(request, operation)
      state = 'answering'
      return reply
    } catch (error) {
      if (error instanceof UpstreamError)
        state = error.heard && error.heard.status < 500 ? 'answering' : 'failing'
      throw error
    }
  }
  return { layer, state: () => state }
}
