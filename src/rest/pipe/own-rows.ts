import { FIELD_NAMES } from '../../contract/field-names.ts'
import { isNarrowed, NARROWABLE } from '../access.ts'
import { isNotFound, noSuchAppointment } from '../errors.ts'
import { isOfAppointments } from './epochs.ts'
import type { Layer, Operation, Reply, RestRequest, Send } from './pipe.ts'

/**
 * A narrowed caller gets exactly the same NOT_FOUND for someone else's appointment as for a missing one. This layer is below
 * the cache, which caches both alike: so they do not differ in timing and cost either.
 */
export const ownRows: Layer = (next) => (request, operation) => {
  const isItem = request.method === 'GET' && request.query === undefined && isOfAppointments(request)
  return isItem && isNarrowed(operation.access) ? readOwn(request, operation, next) : next(request, operation)
}

async function readOwn(request: RestRequest, operation: Operation, next: Send): Promise<Reply> {
  const reply = await next(request, operation).catch((error: unknown) => {
    throw isNotFound(error) ? noSuchAppointment() : error
  })
  if (!isOwn(reply.data, operation)) throw noSuchAppointment()
  return reply
}

/** A row without a patient or clinician is not the caller's. */
function isOwn(data: unknown, { access }: Operation): boolean {
  const item = data as Readonly<Record<string, unknown>>
  return NARROWABLE.every((name) => {
    const owner = access.narrowing[name]
    return owner === undefined || item[FIELD_NAMES[name]] === owner
  })
}
