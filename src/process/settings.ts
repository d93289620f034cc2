import type { Config } from '../config.ts'
import { type IdentityMode, identityMode } from './identity-mode.ts'

/** The result of checking that the values of a configuration do not contradict each other. */
export type Settings =
  | { readonly problems: readonly string[] }
  | { readonly problems: null; readonly mode: Extract<IdentityMode, { readonly problem: null }> }

/** The features that are on by default in development only. */
export interface EnabledFeatures {
  readonly development: boolean
  readonly graphiql: boolean
  readonly desk: boolean
  readonly introspection: boolean
}

/** Over the sandbox, and with NODE_ENV=development, the gateway is in development: each feature is on unless disabled. */
export function enabledFeatures(config: Config): EnabledFeatures {
  const development = config.APPOINTMENTS_API_URL === undefined || config.NODE_ENV === 'development'
  const { GRAPHIQL = development, DESK = development, INTROSPECTION = development } = config
  return { development, graphiql: GRAPHIQL, desk: DESK, introspection: INTROSPECTION }
}

/** Finds all variables that contradict each other, with a line for each problem. */
export function readSettings(config: Config): Settings {
  const mode = identityMode(config)
  const contradictions = [...contradictionsIn(config), ...portProblems(config)]
  if (mode.problem !== null) return { problems: [mode.problem, ...contradictions] }
  return contradictions.length > 0 ? { problems: contradictions } : { problems: null, mode }
}

/** The problems of the sandbox's variables. The sandbox may run alone. */
export function sandboxProblems(config: Config): readonly string[] {
  return config.SANDBOX_WEBHOOK_URL !== undefined && config.WEBHOOK_SECRETS === undefined
    ? [
        'WEBHOOK_SECRETS: must be set where SANDBOX_WEBHOOK_URL is: the first of them signs what the sandbox sends.',
      ]
    : []
}

function contradictionsIn(config: Config): readonly string[] {
  const isEmbedded = config.APPOINTMENTS_API_URL === undefined
  const problems = isEmbedded ? [...sandboxProblems(config)] : []
  if (isEmbedded && config.REDIS_URL !== undefined)
    problems.push(
      'APPOINTMENTS_API_URL: must be set where REDIS_URL is: each instance would start a sandbox of its own, and they would share what they know of different clinics.',
    )
  if (config.TRUSTED_DOCUMENTS_ONLY && !config.TRUSTED_DOCUMENTS)
    problems.push('TRUSTED_DOCUMENTS: must be set where TRUSTED_DOCUMENTS_ONLY is: else nothing would run.')
  if (config.FEDERATION && config.TRUSTED_DOCUMENTS_ONLY)
    problems.push(
      'FEDERATION: must not be set where TRUSTED_DOCUMENTS_ONLY is: a router writes its own documents.',
    )
  if (config.FEDERATION_SECRET && !config.FEDERATION)
    problems.push('FEDERATION: must be set where FEDERATION_SECRET is: else no router gets an answer.')
  const isPassThrough = !isEmbedded && config.APPOINTMENTS_API_KEY === undefined
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

/** The problem of each port that another server of the process has already. Port 0 is never the same. */
function portProblems(config: Config): readonly string[] {
  const ports = [
    ['PORT', config.PORT],
    ['METRICS_PORT', config.METRICS_PORT],
    ['SANDBOX_PORT', config.APPOINTMENTS_API_URL === undefined ? config.SANDBOX_PORT : undefined],
  ] as const
  return ports.flatMap(([name, port], index) => {
    const conflict = port ? ports.slice(0, index).find(([, other]) => other === port) : undefined
    return conflict ? [`${name}: must be another port than ${conflict[0]}: each needs its own.`] : []
  })
}
