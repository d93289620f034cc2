import { UpstreamError } from '../errors.ts'
import type { Layer } from './pipe.ts'

/** Without a credential the upstream's answer is known, so it is not asked. */
export const requireCredential: Layer = (next) => (request, operation) => {
  if (operation.credential !== null) return next(request, operation)
  return Promise.reject(
    new UpstreamError('UNAUTHENTICATED', 'Send the header "Authorization: Bearer <key>".'),
  )
}
