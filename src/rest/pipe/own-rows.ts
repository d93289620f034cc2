import { FIELD_NAMES } from '../../contract/field-names.ts'
import { isNarrowed, NARROWABLE } from '../access.ts'
import { isNotFound, UpstreamError } from '../errors.ts'
import type { Layer, Operation, Reply, RestRequest } from './pipe.ts'

/**
 * For a narrowed caller another's appointment does not exist: reading it is answered like reading one that there
 * never was, to the letter. Below what remembers, so that what it costs to ask twice does not tell them apart either.
 */
export const hideOthers: Layer = (next) => {
  async function readOwn(request: RestRequest, operation: Operation): Promise<Reply> {
    const reply = await next(request, operation).catch(unifyAbsence)
    if (!isOwn(reply.data, operation)) throw absent()
    return reply
  }
  return (request, operation) => {
    const isItem = request.method === 'GET' && request.query === undefined
    return isItem && isNarrowed(operation.access) ? readOwn(request, operation) : next(request, operation)
  }
}

/** Who is not named is not the caller. */
function isOwn(data: unknown, { access }: Operation): boolean {
  const item = data as Readonly<Record<string, unknown>>
  return NARROWABLE.every((name) => {
    const owner = access.narrowing[name]
    return owner === undefined || item[FIELD_NAMES[name]] === owner
  })
}

function unifyAbsence(error: unknown): never {
  throw isNotFound(error) ? absent() : error
}

function absent(): UpstreamError {
  return new UpstreamError('NOT_FOUND', 'There is no such appointment.', { status: 404 })
}
