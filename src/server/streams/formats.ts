import { acceptedRanges } from '../http/accept.ts'

/** How the parts of a stream are written. */
export interface StreamFormat {
  readonly contentType: string
  readonly opening: string
  /** Means nothing to clients, and keeps proxies from closing a connection on which nothing happens. */
  readonly heartbeat: string
  readonly part: (json: string) => string
  readonly closing: string
}

/** Server-sent events, as GraphQL over SSE has them in its "distinct connections" mode. */
const EVENT_STREAM: StreamFormat = {
  contentType: 'text/event-stream; charset=utf-8',
  // Some browsers show a response only once something of its body is there.
  opening: ':\n\n',
  heartbeat: ':\n\n',
  part: (json) => `event: next\ndata: ${json}\n\n`,
  closing: 'event: complete\ndata:\n\n',
}

/** Multipart, as clients read incremental delivery. An empty object is no result, and clients skip it. */
const MULTIPART: StreamFormat = {
  contentType: 'multipart/mixed; boundary="-"',
  opening: '\r\n---',
  heartbeat: multipartPart('{}'),
  part: multipartPart,
  closing: '--\r\n',
}

/** How Apollo's clients ask for incremental delivery of 2022, and are told of it. */
const DEFER_SPEC = 'deferspec=20220824'
const DEFERRED: StreamFormat = { ...MULTIPART, contentType: `${MULTIPART.contentType}; deferSpec=20220824` }

function multipartPart(json: string): string {
  const length = Buffer.byteLength(json)
  return `\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${length}\r\n\r\n${json}\r\n---`
}

/**
 * The format for an answer whose parts come later: the first one that the client names. Undefined where it names none, also
 * where it takes anything, and where it names another version of incremental delivery.
 */
export function partsFormatFor(request: Request): StreamFormat | undefined {
  for (const { type, parameters } of namedTypes(request)) {
    if (type === 'text/event-stream') return EVENT_STREAM
    const specs = parameters.filter((each) => each.includes('spec='))
    if (type === 'multipart/mixed' && specs.every((each) => each === DEFER_SPEC)) return DEFERRED
  }
  return undefined
}

/**
 * The format for an answer that comes whole each time: the first one that the client names. Multipart with the parameters of
 * incremental delivery is for answers in parts.
 */
export function wholeFormatFor(request: Request): StreamFormat | undefined {
  for (const { type, parameters } of namedTypes(request)) {
    if (type === 'text/event-stream') return EVENT_STREAM
    const isIncremental = parameters.some((each) => /^(defer|incremental)spec=/.test(each))
    if (type === 'multipart/mixed' && !isIncremental) return MULTIPART
  }
  return undefined
}

/** What the client names in `Accept`, in lower case, without what it refuses. */
function namedTypes({ headers }: Request) {
  const ranges = (headers.get('accept') ?? '').toLowerCase().replace(/[\s"]/g, '').split(',')
  return ranges
    .map((range) => range.split(';'))
    .map(([type, ...parameters]) => ({ type, parameters }))
    .filter(({ parameters }) => !parameters.some((each) => /^q=0(\.0*)?$/.test(each)))
}

/** The format that the client accepts, server-sent events first; undefined where it accepts none. */
export function formatFor(request: Request): StreamFormat | undefined {
  const ranges = acceptedRanges(request)
  if (ranges.some((range) => ['text/event-stream', 'text/*', '*/*'].includes(range))) return EVENT_STREAM
  return ranges.some((range) => ['multipart/mixed', 'multipart/*'].includes(range)) ? MULTIPART : undefined
}
