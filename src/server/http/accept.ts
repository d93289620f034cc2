import Negotiator from 'negotiator'

/**
 * The media ranges that a request accepts, as yoga reads them: in lower case, without weights, and without ranges in another
 * charset.
 */
export function acceptedRanges({ headers }: Request): string[] {
  const accept = (headers.get('accept') || '*/*').toLowerCase().replace(/\s/g, '')
  return accept.split(',').flatMap((part) => {
    const [range = '', ...parameters] = part.split(';')
    const charset = parameters.find((each) => each.includes('charset=')) ?? 'charset=utf-8'
    return charset === 'charset=utf-8' ? [range] : []
  })
}

const JSON_RANGES = ['application/json', 'application/graphql-response+json', 'application/*', '*/*']

/** Whether the client accepts an answer as one JSON document. */
export function acceptsJson(request: Request): boolean {
  return acceptedRanges(request).some((range) => JSON_RANGES.includes(range))
}

/**
 * The content codings that the client accepts, the preferred one first. `identity` (uncompressed) is last, unless the client
 * prefers it, and is missing where the client refuses it.
 */
export function acceptedCodings<Coding extends string>(
  { headers }: Request,
  offered: readonly Coding[],
): readonly (Coding | 'identity')[] {
  const header = headers.get('accept-encoding')
  if (header === null) return ['identity']
  const accepted = new Negotiator({ headers: { 'accept-encoding': header } })
  return accepted.encodings([...offered, 'identity']) as (Coding | 'identity')[]
}
