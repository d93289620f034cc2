import { tooCostly, unauthenticated } from '../errors.ts'
import type { Layer } from './pipe.ts'

/** Without a credential the upstream would refuse any request, so the gateway sends none. */
export const requireCredential: Layer = (next) => (request, operation) =>
  operation.credential === null ? Promise.reject(unauthenticated()) : next(request, operation)

/**
 * Enforces the operation's ceiling of upstream requests, whatever its estimate was: where the real cost exceeds the ceiling,
 * the fields whose requests do not fit get an error.
 */
export const requireBelowCeiling: Layer = (next) => (request, operation) => {
  const { exchanges, ceiling } = operation.ledger
  if (exchanges < ceiling) return next(request, operation)
  return Promise.reject(tooCostly({ min: exchanges + 1, max: exchanges + 1 }, ceiling))
}
