import { randomBytes } from 'node:crypto'
import type { Config } from '../config.ts'
import { trustedCostLines, trustedCosts } from '../server/cost/trusted-costs.ts'
import { readTrustedDocuments, type TrustedDocuments } from '../server/documents/trusted.ts'
import { trustedOrderWarnings } from '../server/documents/trusted-order.ts'
import { createGateway } from '../server/gateway.ts'
import type { WebhookOptions } from '../server/gateway-options.ts'
import { gatewayGreeting } from './greeting.ts'
import { listen } from './listen.ts'
import { createLogger, standardError } from './logger.ts'
import { gatewayOptions } from './options.ts'
import { createLagMeter } from './parts/lag.ts'
import { openSandbox } from './parts/sandbox.ts'
import { openShared } from './parts/shared.ts'
import { openTelemetry } from './parts/telemetry.ts'
import { readSettings } from './settings.ts'
import type { RunningService } from './signals.ts'
import { openAt, StartProblem } from './start-problem.ts'

/** How long the last responses may take to reach their clients once their operations have ended. */
export const LAST_RESPONSES_MS = 1_000
/** Enough for a load balancer that probes `/ready` every two seconds, and removes an instance after two failures. */
export const DRAIN_MS = 5_000

/** Runs the gateway in front of `APPOINTMENTS_API_URL`, or else in front of an embedded sandbox. */
export async function runGateway(config: Config): Promise<RunningService> {
  const settings = readSettings(config)
  if (settings.problems !== null) throw new StartProblem(settings.problems, 2)
  const { mode } = settings
  const trustedDocuments: TrustedDocuments = config.TRUSTED_DOCUMENTS
    ? readTrustedDocuments(config.TRUSTED_DOCUMENTS, 'TRUSTED_DOCUMENTS')
    : new Map()
  const options = gatewayOptions(config)
  const logger = createLogger(config.LOG_LEVEL, await standardError(config.LOG_FORMAT))
  // Closed in the reverse order. Where one fails to close, the others are closed all the same.
  const resources = new AsyncDisposableStack()

  const sandbox = config.APPOINTMENTS_API_URL === undefined ? await openSandbox(config) : undefined
  resources.defer(() => sandbox?.close())
  const ownSecret = sandbox && `whsec_${randomBytes(32).toString('base64')}`
  const secrets = [...(config.WEBHOOK_SECRETS ?? []), ...(ownSecret ? [{ secret: ownSecret }] : [])]
  const lag = resources.adopt(createLagMeter(), ({ stop }) => stop())
  const shared = await openShared(config, secrets, logger)
  resources.defer(() => shared?.close())
  const telemetry = await openTelemetry(config, { lagMs: lag.lagMs, onTraces: logger.traces })
  resources.defer(() => telemetry.close())
  const gateway = createGateway({
    ...options,
    url: sandbox?.url ?? config.APPOINTMENTS_API_URL ?? '',
    key: sandbox?.key ?? config.APPOINTMENTS_API_KEY ?? null,
    tokens: mode.tokens,
    loopbackOnly: mode.loopbackOnly,
    sampleData: sandbox !== undefined,
    trustedDocuments,
    ...(config.TRUSTED_DOCUMENTS_ONLY && { trustedDocumentsOnly: true }),
    shared,
    webhooks: secrets.length === 0 ? null : webhookOptions(config, secrets),
    lagMs: lag.lagMs,
    reportFault: logger.fault,
    logOperation: logger.operation,
    logEvent: logger.event,
    logFeed: logger.feed,
    observer: telemetry.observer,
    tracer: telemetry.tracer,
    metrics: telemetry.page,
  })
  resources.defer(() => gateway.close())
  // Before the gateway's port: a failure to open the metrics port then ends the process before it accepts a request.
  const metricsUrl = await telemetry.begin(gateway.state)
  const server = await openAt({ host: 'HOST', port: 'PORT' }, () =>
    listen(gateway.handler, config.HOST, config.PORT),
  )
  resources.defer(() => server.close(config.OPERATION_TIMEOUT_MS + LAST_RESPONSES_MS))
  if (ownSecret) sandbox.addWebhook({ url: `${server.url}/webhooks/appointments`, secret: ownSecret })

  const { estimate } = gateway
  const costs = trustedCosts(trustedDocuments, { estimate, maxPageSize: config.MAX_PAGE_SIZE })
  return {
    greeting: gatewayGreeting({
      url: server.url,
      isOnEveryAddress: server.isOnEveryAddress,
      sandbox,
      graphiql: options.graphiql ?? false,
      identity: mode.startupLine,
      metricsUrl,
      costs: [
        ...trustedCostLines(costs, config.MAX_UPSTREAM_REQUESTS),
        ...trustedOrderWarnings(trustedDocuments),
      ],
    }),
    drainMs: config.DRAIN_MS ?? (options.development ? 0 : DRAIN_MS),
    prepareToStop() {
      gateway.prepareToStop()
      server.prepareToClose()
    },
    stop: () => resources.disposeAsync(),
    reportFault: logger.fault,
  }
}

function webhookOptions(config: Config, secrets: WebhookOptions['secrets']): WebhookOptions {
  return {
    secrets,
    toleranceSeconds: config.WEBHOOK_TOLERANCE_SECONDS,
    ...(config.WEBHOOK_STYLE && { style: config.WEBHOOK_STYLE }),
    eventsKept: config.EVENTS_KEPT,
    silentSeconds: config.EVENTS_SILENT_SECONDS,
    reconcileSeconds: config.RECONCILE_SECONDS,
    cacheTtlFedSeconds: config.CACHE_TTL_FED_SECONDS,
  }
}
