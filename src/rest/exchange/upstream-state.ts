import { UpstreamError } from '../errors.ts'

/** How the last exchange with the upstream ended; `unknown` before the first. */
export type UpstreamState = 'unknown' | 'answering' | 'failing'

/** The state after an exchange that failed. A request that was never sent does not change it. */
export function stateAfter(error: unknown, before: UpstreamState): UpstreamState {
  if (!(error instanceof UpstreamError) || error.progress === 'notSent') return before
  return error.response && error.response.status < 500 ? 'answering' : 'failing'
}
