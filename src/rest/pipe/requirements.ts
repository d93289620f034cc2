import { tooCostly, unauthenticated } from '../errors.ts'
import type { Layer } from './pipe.ts'

/** Without a credential the upstream's answer is certain, so the gateway does not ask. */
export const requireCredential: Layer = (next) => async (request, operation) => {
  if (operation.credential === null) throw unauthenticated()
  return next(request, operation)
}

/** Holds an operation to its ceiling of upstream requests, whatever its estimate was. */
export const requireRoom: Layer = (next) => async (request, operation) => {
  const { exchanges, ceiling } = operation.ledger
  if (exchanges >= ceiling) throw tooCostly({ min: exchanges + 1, max: exchanges + 1 }, ceiling)
  return next(request, operation)
}
