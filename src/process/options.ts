import type { Config } from '../config.ts'
import type { GatewayOptions } from '../server/gateway-options.ts'
import { enabledFeatures } from './settings.ts'

/** The gateway's options from a configuration, except its upstream, identity mode, and resources to be opened. */
export function gatewayOptions(config: Config): Omit<GatewayOptions, 'url'> {
  return {
    ...enabledFeatures(config),
    ...(config.CORS_ORIGINS && { corsOrigins: config.CORS_ORIGINS }),
    ...(config.CORS_HEADERS && { corsHeaders: config.CORS_HEADERS }),
    limits: config,
    federation: config.FEDERATION,
    ...(config.FEDERATION_SECRET && { federationSecret: config.FEDERATION_SECRET }),
    upstreamTimeoutMs: config.UPSTREAM_TIMEOUT_MS,
    operationTimeoutMs: config.OPERATION_TIMEOUT_MS,
    maxPageSize: config.MAX_PAGE_SIZE,
    maxUpstreamRequests: config.MAX_UPSTREAM_REQUESTS,
    cacheTtlSeconds: config.CACHE_TTL_SECONDS,
    directoryTtlSeconds: config.DIRECTORY_TTL_SECONDS,
    staleIfLimitedSeconds: config.STALE_IF_LIMITED_SECONDS,
    staleIfDownSeconds: config.STALE_IF_DOWN_SECONDS,
    writeReservePercent: config.WRITE_RESERVE_PERCENT,
    clinicTimeZone: config.CLINIC_TIME_ZONE,
    ...(config.CALENDAR_SECRET && { calendarSecrets: config.CALENDAR_SECRET }),
    maxLagMs: config.MAX_LAG_MS,
  }
}
