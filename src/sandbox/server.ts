import type { HttpBindings } from '@hono/node-server'
import { createApi } from './api.ts'
import { createDirectory } from './directory/directory.ts'
import { createFaultQueue } from './faults/queue.ts'
import type { SandboxKey } from './http/authentication.ts'
import { SCOPES } from './http/context.ts'
import { listen } from './http/listener.ts'
import { createIds } from './ids.ts'
import { truncateToSecond } from './instants.ts'
import type { SandboxOptions } from './options.ts'
import { addSample } from './sample/sample.ts'
import { createAppointments } from './storage/appointments.ts'
import { openDatabase } from './storage/database.ts'
import { createIdempotency } from './storage/idempotency.ts'
import { createWebhooks } from './webhooks/webhooks.ts'

export type { SandboxOptions }

export interface Sandbox {
  /** The base URL without a trailing slash, such as `http://127.0.0.1:4010`. */
  readonly url: string
  /** The first of the keys. */
  readonly key: string
  /**
   * Creates a webhook of the first key's organisation for every type of event. If one with this URL exists, it gets this
   * secret and becomes active.
   */
  addWebhook(webhook: { readonly url: string; readonly secret: string }): void
  /**
   * Stops accepting requests, finishes those in flight, and closes the database. Pending deliveries stay in it. May be
   * called again.
   */
  close(): Promise<void>
}

/**
 * Starts the Appointments API of the reference as an HTTP server with its own database. Rejects if `keys` is empty,
 * if the port is taken, or if the database file cannot be opened or is of a later version.
 *
 * @example
 * ```ts
 * import { startSandbox } from 'appointments-gateway/sandbox'
 *
 * const sandbox = await startSandbox({ seed: 20 })
 * const response = await fetch(`${sandbox.url}/appointments?limit=3`, {
 *   headers: { authorization: `Bearer ${sandbox.key}` },
 * })
 * console.log(await response.json())
 * await sandbox.close()
 * ```
 */
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
  inactive = 'listed',
  transitionStatus = 409,
  ids: idStyle = 'prefixed',
  date = 'counted',
  webhookSignature = 'stripe',
  webhookResign = 'each',
  webhookOrder = 'kept',
  webhookObject = 'fourteen',
  webhookEcho = true,
  webhookRetryMs = 1_000,
  faults: hasFaults = false,
  clock = () => new Date(),
  onExchange = () => {},
  onDelivery = () => {},
  onError = (error) => process.emitWarning(error instanceof Error ? error : String(error)),
}: SandboxOptions = {}): Promise<Sandbox> {
  const [firstKey] = keys
  if (!firstKey) throw new Error('The sandbox needs a key')
  const database = openDatabase(path)
  const knobs = {
    listRows,
    order,
    overRange,
    inactive,
    transitionStatus,
    ids: idStyle,
    date,
    webhookSignature,
    webhookResign,
    webhookOrder,
    webhookObject,
    webhookEcho,
    webhookRetryMs,
  }
  const faults = hasFaults ? createFaultQueue() : undefined
  const webhooks = createWebhooks({ database, knobs, clock, faults, onDelivery, onError })
  const appointments = createAppointments(
    database,
    order,
    webhookEcho ? webhooks.recordAppointment : undefined,
  )
  const ids = createIds(idStyle)
  const { organisation } = firstKey
  const directory = createDirectory(database, webhookEcho ? webhooks.recordEntry : undefined)
  if (seed > 0) addSample({ count: seed, organisation, now: clock(), ids }, { database, order })
  const runIdempotently = createIdempotency(database)
  const stopping = new AbortController()
  const api = createApi({
    keys,
    rateLimit,
    onError,
    services: { appointments, directory, runIdempotently, webhooks, ids, knobs, clock },
    control: faults && {
      faults,
      stopping: stopping.signal,
      elsewhere: {
        appointments: createAppointments(database, order, webhooks.recordAppointment),
        directory: createDirectory(database, webhooks.recordEntry),
        database,
        organisation,
        ids,
        clock,
      },
    },
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

  webhooks.start()

  async function shutDown(): Promise<void> {
    stopping.abort()
    await Promise.all([listener.close(), webhooks.close()])
    database.close()
  }

  let closed: Promise<void> | undefined
  return {
    url: listener.url,
    key: firstKey.key,
    addWebhook: ({ url, secret }) =>
      webhooks.endpoints.put({ organisation, url, secret, now: truncateToSecond(clock()) }),
    close: () => {
      closed ??= shutDown()
      return closed
    },
  }
}

const DEFAULT_KEY: SandboxKey = {
  key: 'pk_test_sandbox',
  organisation: 'org_sandbox',
  scopes: SCOPES,
}
