import { tooCostly, unauthenticated } from '../errors.ts'
import type { Layer } from './pipe.ts'

/** Without a credential the upstream's answer is certain, so the gateway does not ask. */
export const requireCredential: Layer = (next) => (request, operation) =>
  operation.credential === null ? Promise.reject(unauthenticated()) : next(request, operation)

/**
 * Holds an operation to its ceiling of upstream requests, whatever its estimate was: an operation whose real cost is over
 * its estimate loses the fields that do not fit.
 */
export const requireRoom: Layer = (next) => (request, operation) => {
  const { exchanges, ceiling } = operation.ledger
  if (exchanges < ceiling) return next(request, operation)
  return Promise.reject(tooCostly({ min: exchanges + 1, max: exchanges + 1 }, ceiling))
}
