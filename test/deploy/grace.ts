import { readConfig } from '../../src/config.ts'
import { DRAIN_MS, LAST_RESPONSES_MS } from '../../src/process/gateway.ts'

/** The longest that the process takes from SIGTERM to its end, with the defaults. Who kills it waits longer. */
export const GRACE_MS =
  DRAIN_MS + (readConfig({}).config?.OPERATION_TIMEOUT_MS ?? Number.NaN) + LAST_RESPONSES_MS
