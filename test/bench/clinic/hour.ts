import { type Sandbox, startSandbox } from '../../../src/sandbox/server.ts'
import { seeded } from '../../pagination/drift.ts'
import { ask, type GraphQLRequest, type GraphQLResult } from '../../support/ask.ts'
import { type DeliveryCounts, startDeliveries } from './deliveries.ts'
import { createHistory, type DayRow, type History } from './history.ts'
import { BOOK, CANCEL, DAY, RESCHEDULE, VIEW } from './operations.ts'
import { createTimetable, type Write } from './timetable.ts'

export interface HourReport extends DeliveryCounts {
  readonly upstreamRequests: number
  /** Responses of the upstream with status 429. */
  readonly upstream429s: number
  readonly reads: number
  readonly refusedReads: number
  readonly writes: number
  readonly refusedWrites: number
  /** The age of the oldest rows that a reader got, in milliseconds. */
  readonly oldestMs: number
  /** Responses with rows from before a write that the same gateway had already finished. */
  readonly staleAfterWrite: number
  /** Responses that report themselves as stale. */
  readonly markedStale: number
  /** Responses whose rows are not of one version of the day: one row is older than a change that another row has. */
  readonly inconsistent: number
}

/** Starts a gateway in front of an upstream, with this clock in milliseconds. */
export type StartGateway = (
  upstream: { readonly url: string; readonly key: string },
  now: () => number,
) => Promise<StartedGateway>

export interface StartedGateway extends AsyncDisposable {
  /** The URL for the next operation: several instances take operations in turn. */
  readonly graphqlUrl: () => string
  /** The URL for the upstream's next event, if the gateway accepts events. */
  readonly webhook?: { readonly url: () => string; readonly secret: string }
}

const DAY_MS = 86_400_000
const START = Date.parse('2026-01-05T12:00:00Z')
/** The time from a change to its event's arrival at the gateway. */
const DELIVERY_MS = 1_000
const GATEWAY_KEY = 'pk_gateway'
/** The key of another system that writes, and of the bench to read the true rows. It has its own quota. */
const OTHER_KEY = 'pk_other'
/** The API ignores unknown parameters. This one marks the requests of the other key. */
const BY_OTHER = 'by=other'

export interface HourOptions {
  readonly seed?: number
  /** Requests in a clock hour. */
  readonly quota?: number
  /** When the clinic's hour begins, in minutes of the clock hour. */
  readonly minute?: number
  /** The percentage of events that never reach the gateway. */
  readonly lostPercent?: number
  /** Called when each minute is over, with the requests that the upstream got so far. */
  readonly eachMinute?: (upstreamRequests: number) => Promise<void>
  /** How a read is sent. */
  readonly askRead?: (url: string, request: GraphQLRequest) => Promise<GraphQLResult>
}

/** Runs one hour of a clinic as fast as the gateway responds. */
export async function runHour(
  startGateway: StartGateway,
  {
    seed = 1,
    quota = 1_000,
    minute = 0,
    lostPercent = 0,
    eachMinute = async () => {},
    askRead = ask,
  }: HourOptions = {},
): Promise<HourReport> {
  const startsAt = START + minute * 60_000
  let now = startsAt
  let upstreamRequests = 0
  let upstream429s = 0
  const keyOf = (key: string) =>
    ({ key, organisation: 'org', scopes: ['read_appointments', 'write_appointments'] }) as const
  const sandbox = await startSandbox({
    keys: [keyOf(GATEWAY_KEY), keyOf(OTHER_KEY)],
    // Enough rows that the day always has one left to cancel.
    seed: 800,
    rateLimit: quota,
    clock: () => new Date(now),
    onExchange({ target, status }) {
      if (target.includes(BY_OTHER)) return
      upstreamRequests += 1
      if (status === 429) upstream429s += 1
    },
  })
  const report = { reads: 0, refusedReads: 0, writes: 0, refusedWrites: 0 }
  const seen = { oldestMs: 0, staleAfterWrite: 0, markedStale: 0, inconsistent: 0 }
  try {
    const gateway = await startGateway({ url: sandbox.url, key: GATEWAY_KEY }, () => now)
    await using _ends = gateway
    const { webhook } = gateway
    const deliveries =
      webhook && (await startDeliveries({ gatewayUrl: webhook.url, seed, lostPercent, now: () => now }))
    await using _stops = deliveries
    if (deliveries) sandbox.addWebhook({ url: deliveries.url, secret: webhook.secret })
    let changes = 0
    let minutesOver = 0
    const history = createHistory(await readTrueRows(sandbox), now)
    const random = seeded(seed)

    /** Sends a read, and returns a function that judges its response once `history` has the rows of this second. */
    async function read(request: GraphQLRequest, id?: string): Promise<() => void> {
      const reading = history.beginRead(id)
      const { data, errors, extensions } = await askRead(gateway.graphqlUrl(), request)
      return () => {
        report.reads += 1
        if (errors !== undefined) {
          report.refusedReads += 1
          return
        }
        const { appointment, appointments } = data as ReadData
        const judged = reading.judge(appointments?.nodes ?? [appointment], now)
        if (judged.ageMs === undefined) seen.inconsistent += 1
        else seen.oldestMs = Math.max(seen.oldestMs, judged.ageMs)
        if (judged.isBeforeKnownWrite) seen.staleAfterWrite += 1
        if (extensions?.upstream?.stale !== undefined) seen.markedStale += 1
      }
    }

    async function write(kind: Write): Promise<string | undefined> {
      if (kind === 'elsewhere') return writeElsewhere(sandbox, history, random)
      const { data, errors } = await ask(gateway.graphqlUrl(), requestOf(kind, history, random))
      report.writes += 1
      if (errors !== undefined) report.refusedWrites += 1
      return errors === undefined ? writtenBy(data) : undefined
    }

    for (const { second, polls, views, write: kind } of createTimetable(seed)) {
      for (; minutesOver < Math.floor(second / 60); minutesOver += 1) await eachMinute(upstreamRequests)
      now = startsAt + second * 1_000
      // Events of the seconds in between are delivered before the reads; events of this second, after them.
      await deliveries?.release(now - DELIVERY_MS - 1_000)
      const writing = kind === undefined ? undefined : write(kind)
      const reading = [
        ...Array.from({ length: polls }, () => read(DAY)),
        ...Array.from({ length: views }, () => {
          const id = choose(history.latest(), random).restId
          return read({ ...VIEW, variables: { id } }, id)
        }),
      ]
      const [written, answers] = await Promise.all([writing, Promise.all(reading)])
      if (kind !== undefined) history.add(await readTrueRows(sandbox), now, written)
      for (const judge of answers) judge()
      if (written !== undefined || kind === 'elsewhere') changes += 1
      await deliveries?.arrived(changes)
      await deliveries?.release(now - DELIVERY_MS)
    }
    for (; minutesOver < 60; minutesOver += 1) await eachMinute(upstreamRequests)
    const counts = deliveries?.counts() ?? { deliveredEvents: 0, lostEvents: 0 }
    return { upstreamRequests, upstream429s, ...report, ...seen, ...counts }
  } finally {
    await sandbox.close()
  }
}

interface ReadData {
  readonly appointments?: { readonly nodes: readonly DayRow[] }
  readonly appointment: DayRow
}

function writtenBy(data: GraphQLResult['data']): string | undefined {
  const [payload] = Object.values(data as Record<string, { appointment: { restId: string } }>)
  return payload?.appointment.restId
}

function requestOf(
  kind: Exclude<Write, 'elsewhere'>,
  history: History,
  random: () => number,
): GraphQLRequest {
  // Half of the bookings are for tomorrow.
  const day = kind === 'book' ? Math.floor(random() * 2) : 0
  const startTime = new Date(START + day * DAY_MS + Math.floor(random() * 300) * 60_000)
  const endTime = new Date(startTime.getTime() + 900_000)
  const times = { startTime: startTime.toISOString(), endTime: endTime.toISOString() }
  if (kind === 'book') return { ...BOOK, variables: { input: { title: 'Check-up', ...times } } }
  const open = history.latest().filter(({ status }) => OPEN.includes(status))
  const id = choose(open, random).restId
  return kind === 'cancel'
    ? { ...CANCEL, variables: { input: { id } } }
    : { ...RESCHEDULE, variables: { input: { id, ...times } } }
}

async function writeElsewhere(sandbox: Sandbox, history: History, random: () => number): Promise<undefined> {
  const { restId } = choose(history.latest(), random)
  await askAsOther(sandbox, 'PATCH', `/appointments/${restId}?`, {
    title: `Note ${Math.floor(random() * 1e6)}`,
  })
}

async function readTrueRows(sandbox: Sandbox): Promise<DayRow[]> {
  const range = 'date_gte=2026-01-05T00:00:00Z&date_lte=2026-01-05T23:59:59Z'
  const rows = await askAsOther(sandbox, 'GET', `/appointments?${range}&limit=100&`)
  return rows.map((row) => ({
    restId: row.id,
    title: row.title,
    startTime: row.start_time,
    status: row.status.toUpperCase(),
  }))
}

interface RestRow {
  readonly id: string
  readonly title: string
  readonly start_time: string
  readonly status: string
}

async function askAsOther(
  sandbox: Sandbox,
  method: string,
  target: string,
  body?: object,
): Promise<RestRow[]> {
  const response = await fetch(`${sandbox.url}${target}${BY_OTHER}`, {
    method,
    headers: { authorization: `Bearer ${OTHER_KEY}`, 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`The other system got ${response.status}`)
  return ((await response.json()) as { data: RestRow[] }).data
}

const OPEN = ['PENDING_APPROVAL', 'PENDING', 'CONFIRMED', 'SCHEDULED']

function choose<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.floor(random() * items.length)]
  if (item === undefined) throw new Error('Nothing is left to choose from')
  return item
}
