import { tooCostly } from './ledger.ts'
import type { Layer } from './pipe.ts'

/** Holds an operation to its ceiling, whatever was estimated before it ran. */
export const holdToCeiling: Layer = (next) => (request, operation) => {
  const { exchanges, ceiling } = operation.ledger
  if (exchanges < ceiling) return next(request, operation)
  return Promise.reject(tooCostly({ min: exchanges + 1, max: exchanges + 1 }, ceiling))
}
