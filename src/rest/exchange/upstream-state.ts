import { UpstreamError } from '../errors.ts'
import type { Watch } from './watch.ts'

/** How the last exchange with the upstream ended; `unknown` before the first. */
export type PulseState = 'unknown' | 'answering' | 'failing'

/** Watches the exchanges, for whoever looks after the process. Asks nothing itself. */
export function createPulse(): { readonly watch: Watch; readonly state: () => PulseState } {
  let state: PulseState = 'unknown'
  const watch: Watch = {
    before: () => undefined,
    onReply() {
      state = 'answering'
    },
    onError(error) {
      if (error instanceof UpstreamError)
        state = error.heard && error.heard.status < 500 ? 'answering' : 'failing'
      return error
    },
  }
  return { watch, state: () => state }
}
