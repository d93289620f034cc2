import type { HttpBindings } from '@hono/node-server'
import { createApi } from './api.ts'
import { createFaultQueue } from './faults/queue.ts'
import type { OnError } from './http/error-answer.ts'
import type { SandboxKey } from './http/keys.ts'
import { listen } from './http/listener.ts'
import { createIds } from './ids.ts'
import type { Knobs } from './knobs.ts'
import { sampleRows } from './sample/rows.ts'
import { createAppointments } from './storage/appointments.ts'
import { openDatabase } from './storage/database.ts'
import { createIdempotency } from './storage/idempotency.ts'

export interface SandboxOptions extends Partial<Knobs> {
  readonly host?: string
  /** 0 = a free one. */
  readonly port?: number
  /** The first one's organisation owns the sample rows. */
  readonly keys?: readonly SandboxKey[]
  /** How many sample rows an empty database gets; 0 = none. */
  readonly seed?: number
  /** `:memory:`, or a file that is made if it is not there. */
  readonly database?: string
  /** Requests of one key in one clock hour; 0 = no quota, and no headers about it. */
  readonly rateLimit?: number
  /** Opens the control endpoint `/_faults`; never where strangers can reach the port. */
  readonly faults?: boolean
  readonly clock?: () => Date
  /** Told of each request as it is answered; `status` 0 = the connection was dropped. */
  readonly onExchange?: (exchange: SandboxExchange) => void
  /** Told of our own faults, the ones that answer 500. */
  readonly onError?: OnError
}

interface SandboxExchange {
  readonly method: string
  /** Path and query as sent. */
  readonly target: string
  readonly status: number
}

export interface Sandbox {
  /** Without a slash at its end: `http://127.0.0.1:4010`. */
  readonly url: string
  /** The first key. */
  readonly key: string
  /** Takes no more requests, answers those that it has, and closes the database. */
  close(): Promise<void>
}

/** The Appointments API of the reference, on a database of its own. */
export async function startSandbox({
  host = '127.0.0.1',
  port = 0,
  keys = [DEFAULT_KEY],
  seed = 500,
  database: path = ':memory:',
  rateLimit = 1_000,
  listRows = 'summary',
  order = 'start_asc',
  overRange = 'refuse',
  transitionStatus = 409,
  ids: idStyle = 'prefixed',
  faults = false,
  clock = () => new Date(),
  onExchange = () => {},
  onError = (error) => process.emitWarning(error instanceof Error ? error : String(error)),
}: SandboxOptions = {}): Promise<Sandbox> {
  const [firstKey] = keys
  if (!firstKey) throw new Error('The sandbox needs a key')
  const database = openDatabase(path)
  const appointments = createAppointments(database, order)
  const ids = createIds(idStyle)
  const { organisation } = firstKey
  if (seed > 0 && appointments.isEmpty()) {
    appointments.insertAll(sampleRows({ count: seed, organisation, now: clock(), ids }))
  }
  const once = createIdempotency(database)
  const knobs = { listRows, order, overRange, transitionStatus, ids: idStyle }
  const stopping = new AbortController()
  const api = createApi({
    keys,
    rateLimit,
    onError,
    services: { appointments, once, ids, knobs, clock },
    faults: faults ? { queue: createFaultQueue(), stopping: stopping.signal } : undefined,
  })

  async function fetch(request: Request, bindings: HttpBindings): Promise<Response> {
    const response = await api.fetch(request, bindings)
    const { method = '', url: target = '', socket } = bindings.incoming
    onExchange({ method, target, status: socket.destroyed ? 0 : response.status })
    return response
  }

  const listener = await listen({ host, port, fetch }).catch((error: unknown) => {
    database.close()
    throw error
  })

  async function shutDown(): Promise<void> {
    stopping.abort()
    await listener.close()
    database.close()
  }

  let closed: Promise<void> | undefined
  return {
    url: listener.url,
    key: firstKey.key,
    close: () => {
      closed ??= shutDown()
      return closed
    },
  }
}

const DEFAULT_KEY: SandboxKey = {
  key: 'pk_test_sandbox',
  organisation: 'org_sandbox',
  scopes: ['read_appointments', 'write_appointments'],
}
