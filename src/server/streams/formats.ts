import { acceptedRanges } from '../http/accept.ts'

/** How the parts of a stream are written. */
export interface StreamFormat {
  readonly contentType: string
  readonly opening: string
  /** Clients ignore it. It keeps proxies from closing an idle connection. */
  readonly heartbeat: string
  readonly part: (json: string) => string
  readonly closing: string
}

/** Server-sent events, in the "distinct connections" mode of GraphQL over SSE. */
const EVENT_STREAM: StreamFormat = {
  contentType: 'text/event-stream; charset=utf-8',
  // Some browsers resolve `fetch` only once the first bytes of the body arrive.
  opening: ':\n\n',
  heartbeat: ':\n\n',
  part: (json) => `event: next\ndata: ${json}\n\n`,
  closing: 'event: complete\ndata:\n\n',
}

/** Multipart, as in incremental delivery. Clients skip an empty object, because it is no result. */
const MULTIPART: StreamFormat = {
  contentType: 'multipart/mixed; boundary="-"',
  opening: '\r\n---',
  heartbeat: multipartPart('{}'),
  part: multipartPart,
  closing: '--\r\n',
}

/** The parameter by which Apollo's clients request incremental delivery of 2022, and by which the response names it. */
const DEFER_SPEC = 'deferspec=20220824'
const DEFERRED: StreamFormat = { ...MULTIPART, contentType: `${MULTIPART.contentType}; deferSpec=20220824` }

function multipartPart(json: string): string {
  const length = Buffer.byteLength(json)
  return `\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${length}\r\n\r\n${json}\r\n---`
}

/**
 * The format for incremental delivery: the first one that the client names in `Accept`. Undefined where the client names
 * none, even if it accepts any type, and where it names another version of incremental delivery.
 */
export function incrementalFormatFor(request: Request): StreamFormat | undefined {
  for (const { type, parameters } of namedTypes(request)) {
    if (type === 'text/event-stream') return EVENT_STREAM
    const specs = parameters.filter((each) => each.includes('spec='))
    if (type === 'multipart/mixed' && specs.every((each) => each === DEFER_SPEC)) return DEFERRED
  }
  return undefined
}

/**
 * The format for a stream of complete results: the first one that the client names in `Accept`. Multipart with a parameter
 * of incremental delivery does not count.
 */
export function completeFormatFor(request: Request): StreamFormat | undefined {
  for (const { type, parameters } of namedTypes(request)) {
    if (type === 'text/event-stream') return EVENT_STREAM
    const isIncremental = parameters.some((each) => /^(defer|incremental)spec=/.test(each))
    if (type === 'multipart/mixed' && !isIncremental) return MULTIPART
  }
  return undefined
}

/** The media types of `Accept`, in lower case, without those that the client refuses (`q=0`). */
function namedTypes({ headers }: Request) {
  const ranges = (headers.get('accept') ?? '').toLowerCase().replace(/[\s"]/g, '').split(',')
  return ranges
    .map((range) => range.split(';'))
    .map(([type, ...parameters]) => ({ type, parameters }))
    .filter(({ parameters }) => !parameters.some((each) => /^q=0(\.0*)?$/.test(each)))
}

/** The format for a subscription: server-sent events if the client accepts them. Undefined where it accepts none. */
export function formatFor(request: Request): StreamFormat | undefined {
  const ranges = acceptedRanges(request)
  if (ranges.some((range) => ['text/event-stream', 'text/*', '*/*'].includes(range))) return EVENT_STREAM
  return ranges.some((range) => ['multipart/mixed', 'multipart/*'].includes(range)) ? MULTIPART : undefined
}
