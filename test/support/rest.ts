import { FULL_ACCESS } from '../../src/rest/access.ts'
import { createRestClient, type RestClient, type RestClientOptions } from '../../src/rest/client.ts'
import { createLedger } from '../../src/rest/pipe/ledger.ts'
import type { Operation } from '../../src/rest/pipe/pipe.ts'
import { createMemory } from '../../src/shared/memory.ts'

export interface TestRest extends RestClient, AsyncDisposable {}

/** A REST client for a scripted upstream, with a clock that stands still unless `now` says otherwise. */
export function startRest(
  url: string,
  { now = () => NOON, ...options }: Partial<RestClientOptions> & { readonly now?: () => number } = {},
): TestRest {
  const rest = createRestClient({
    url,
    timeoutMs: 10_000,
    operationTimeoutMs: 30_000,
    cacheTtlMs: 10_000,
    directoryTtlMs: 600_000,
    staleIfLimitedMs: 300_000,
    staleIfDownMs: 3_600_000,
    writeReservePercent: 10,
    clock: { now, monotonic: now },
    shared: createMemory({ monotonic: now }),
    events: null,
    observe: null,
    ...options,
  })
  return { ...rest, [Symbol.asyncDispose]: rest.close }
}

export const NOON = Date.parse('2026-01-05T12:00:00Z')

export function operationOf(caller = 'a', signal: AbortSignal = new AbortController().signal): Operation {
  return {
    credential: `Bearer ${caller}`,
    access: FULL_ACCESS,
    account: caller,
    caller,
    view: caller,
    requestId: 'test',
    signal,
    deadline: new AbortController().signal,
    ledger: createLedger(60),
  }
}
