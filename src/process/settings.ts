import type { Config } from '../config.ts'
import { type IdentityMode, identityMode } from './identity-mode.ts'

/** A configuration that the gateway can start with: each value is fine, and they are so together. */
export type Settings =
  | { readonly problems: readonly string[] }
  | { readonly problems: null; readonly mode: Extract<IdentityMode, { readonly problem: null }> }

/** Finds the variables that contradict each other: all of them at once, a line each. */
export function readSettings(config: Config): Settings {
  const mode = identityMode(config)
  const contradictions = contradictionsIn(config)
  if (mode.problem !== null) return { problems: [mode.problem, ...contradictions] }
  return contradictions.length > 0 ? { problems: contradictions } : { problems: null, mode }
}

function contradictionsIn(config: Config): readonly string[] {
  const problems: string[] = []
  if (config.TRUSTED_DOCUMENTS_ONLY && !config.TRUSTED_DOCUMENTS)
    problems.push('TRUSTED_DOCUMENTS: must be set where TRUSTED_DOCUMENTS_ONLY is: else nothing would run.')
  if (config.FEDERATION && config.TRUSTED_DOCUMENTS_ONLY)
    problems.push(
      'FEDERATION: must not be set where TRUSTED_DOCUMENTS_ONLY is: a router writes its own documents.',
    )
  if (config.FEDERATION_SECRET && !config.FEDERATION)
    problems.push('FEDERATION: must be set where FEDERATION_SECRET is: else no router gets an answer.')
  const isPassThrough = config.APPOINTMENTS_API_URL !== undefined && config.APPOINTMENTS_API_KEY === undefined
  if (isPassThrough && config.WEBHOOK_SECRETS?.some(({ account }) => account === undefined))
    problems.push(
      'WEBHOOK_SECRETS: each secret must name its account, as secret@account, where callers send their own keys.',
    )
  if (isPassThrough && config.METRICS)
    problems.push(
      'METRICS: must not be set where callers send their own keys, because only the upstream checks those. METRICS_PORT gives the metrics a port of their own.',
    )
  return problems
}
