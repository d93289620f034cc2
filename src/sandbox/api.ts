import { OpenAPIHono } from '@hono/zod-openapi'
import { serveDirectoryReads } from './directory/read.ts'
import { servePatientWrites } from './directory/write.ts'
import { type ElsewhereOptions, serveElsewhere } from './faults/elsewhere.ts'
import { serveElsewhereEntries } from './faults/elsewhere-entries.ts'
import { serveFaults } from './faults/endpoint.ts'
import { injectFaults } from './faults/injection.ts'
import type { FaultQueue } from './faults/queue.ts'
import { authenticate, type SandboxKey } from './http/authentication.ts'
import type { Env } from './http/context.ts'
import { createErrorHandler, type OnError } from './http/error-handler.ts'
import { methodNotAllowed, routeNotFound } from './http/errors.ts'
import { dateWhenSent, meterQuota } from './http/quota.ts'
import { assignRequestId } from './http/request-id.ts'
import { rejectInvalid } from './http/validation.ts'
import { serveDocs } from './keyless/docs.ts'
import { serveDocument } from './keyless/document.ts'
import { serveHome } from './keyless/home.ts'
import { serveCancel } from './routes/cancel.ts'
import { serveCreate } from './routes/create.ts'
import { serveList } from './routes/list.ts'
import { serveRetrieve } from './routes/retrieve.ts'
import { serveUpdate } from './routes/update.ts'
import type { Api, Services } from './services.ts'
import { serveWebhookChanges } from './webhooks/change.ts'
import { serveWebhookCreate } from './webhooks/create.ts'
import { serveWebhookReads } from './webhooks/read.ts'
import { serveWebhookTest } from './webhooks/send-test.ts'

export interface ApiOptions {
  readonly keys: readonly SandboxKey[]
  readonly rateLimit: number
  readonly services: Services
  readonly onError: OnError
  /** `undefined` means that the control endpoints do not exist. */
  readonly control?: ControlOptions | undefined
}

interface ControlOptions {
  readonly faults: FaultQueue
  /** Ends the delays of faults. */
  readonly stopping: AbortSignal
  readonly elsewhere: ElsewhereOptions
}

/** Creates the API. A request passes the middlewares and routes in the order of these calls. */
export function createApi({ keys, rateLimit, services, onError, control }: ApiOptions): Api {
  const api: Api = new OpenAPIHono<Env>({ defaultHook: rejectInvalid })
  api.onError(createErrorHandler(onError))
  api.notFound(() => {
    throw routeNotFound()
  })
  api.use(assignRequestId)
  serveHome(api)
  serveDocs(api)
  serveDocument(api, { hasFaults: control !== undefined, knobs: services.knobs })
  if (control) {
    serveFaults(api, control.faults)
    serveElsewhere(api, control.elsewhere)
    serveElsewhereEntries(api, control.elsewhere)
  }
  if (services.knobs.date === 'sent') api.use(dateWhenSent(services.clock))
  api.use(authenticate(keys))
  api.use(meterQuota({ limit: rateLimit, clock: services.clock }))
  if (control) api.use(injectFaults(control.faults, control.stopping))
  serveList(api, services)
  serveRetrieve(api, services)
  serveCreate(api, services)
  serveUpdate(api, services)
  serveCancel(api, services)
  serveDirectoryReads(api, services)
  servePatientWrites(api, services)
  serveWebhookReads(api, services)
  serveWebhookCreate(api, services)
  serveWebhookChanges(api, services)
  serveWebhookTest(api, services)
  rejectOtherMethods(api)
  return api
}

/** Is called last, when `api.routes` has every path, and answers the remaining methods of each path with 405. */
function rejectOtherMethods(api: Api): void {
  const methods = new Map<string, string[]>()
  for (const { path, method } of api.routes) {
    if (method !== 'ALL') methods.set(path, [...new Set([...(methods.get(path) ?? []), method])])
  }
  for (const [path, allowed] of methods) {
    api.all(path, (c) => {
      c.header('Allow', allowed.join(', '))
      throw methodNotAllowed(allowed)
    })
  }
}
