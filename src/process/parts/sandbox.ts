import type { Config } from '../../config.ts'
import type { Sandbox } from '../../sandbox/server.ts'
import { openAt, StartProblem } from '../start-problem.ts'

/** Starts the sandbox. Its modules and its database are loaded only where the environment names no upstream. */
export async function openSandbox(config: Config): Promise<Sandbox> {
  const { startSandbox } = await import('../../sandbox/server.ts')
  const { DatabaseError } = await import('../../sandbox/storage/database.ts')
  const start = () =>
    startSandbox({
      host: config.SANDBOX_HOST,
      port: config.SANDBOX_PORT,
      keys: config.SANDBOX_KEYS,
      seed: config.SANDBOX_SEED,
      database: config.SANDBOX_DATABASE === 'memory' ? ':memory:' : config.SANDBOX_DATABASE,
      rateLimit: config.SANDBOX_RATE_LIMIT,
      listRows: config.SANDBOX_LIST_ROWS,
      order: config.SANDBOX_ORDER,
      overRange: config.SANDBOX_OVER_RANGE,
      inactive: config.SANDBOX_INACTIVE,
      transitionStatus: config.SANDBOX_TRANSITION_STATUS,
      ids: config.SANDBOX_IDS,
      date: config.SANDBOX_DATE,
      webhookSignature: config.SANDBOX_WEBHOOK_SIGNATURE,
      webhookResign: config.SANDBOX_WEBHOOK_RESIGN,
      webhookOrder: config.SANDBOX_WEBHOOK_ORDER,
      webhookObject: config.SANDBOX_WEBHOOK_OBJECT,
      webhookEcho: config.SANDBOX_WEBHOOK_ECHO,
      webhookRetryMs: config.SANDBOX_WEBHOOK_RETRY_MS,
      faults: config.SANDBOX_FAULTS,
    })
  const names = { host: 'SANDBOX_HOST', port: 'SANDBOX_PORT' }
  const sandbox = await openAt(names, start).catch((error: unknown) => {
    if (!(error instanceof DatabaseError)) throw error
    throw new StartProblem([`SANDBOX_DATABASE: the file can not be used: ${error.message}.`], 1)
  })
  const [first] = config.WEBHOOK_SECRETS ?? []
  if (config.SANDBOX_WEBHOOK_URL !== undefined && first !== undefined)
    sandbox.addWebhook({ url: config.SANDBOX_WEBHOOK_URL, secret: first.secret })
  return sandbox
}
