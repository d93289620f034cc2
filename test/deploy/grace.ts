import { readConfig } from '../../src/config.ts'
import { DRAIN_MS, LAST_RESPONSES_MS } from '../../src/process/gateway.ts'

/** The longest time from SIGTERM to the end of the process, with the defaults. A supervisor must wait longer before it kills. */
export const GRACE_MS =
  DRAIN_MS + (readConfig({}).config?.OPERATION_TIMEOUT_MS ?? Number.NaN) + LAST_RESPONSES_MS
