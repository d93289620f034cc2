import { type ExecutionArgs, type ExecutionResult, type GraphQLError, getOperationAST } from 'graphql'
import { execute } from '../../execution/index.ts'
import type { CachedReads } from '../../rest/client.ts'
import type { Clock } from '../../rest/clock.ts'
import type { Changes } from '../../rest/coherence/changes.ts'
import type { CachedRead } from '../../rest/pipe/ledger.ts'
import type { Operation } from '../../rest/pipe/pipe.ts'
import type { Context } from '../../schema/context.ts'
import type { Following } from '../../shared/event-log.ts'
import type { AddCost } from '../cost/cost.ts'
import { asGraphQLError, faultOf, wordResult } from '../errors.ts'
import type { ReportFault } from '../gateway-options.ts'
import type { ReportOperation } from '../observation/report.ts'
import { codesOf } from '../operation/log.ts'
import type { Operations } from '../operation/operation.ts'
import { type StreamPart, writePart } from '../streams/event-results.ts'

export interface LiveQueryOptions {
  readonly changes: Changes
  readonly cachedReads: CachedReads
  /** Whether events have reported every change of the account since that instant of the monotonic clock. */
  readonly covers: (account: string, since: number) => boolean
  readonly contextOf: (operation: Operation) => Context
  /** Begins a separate operation for each run of the query. */
  readonly beginEvent: Operations['beginEvent']
  readonly addCost: AddCost
  readonly reportFault: ReportFault
  readonly report: ReportOperation
  readonly clock: Clock
}

export interface LiveSelection {
  readonly args: ExecutionArgs
  /** Of the first client that sent the query. All runs are on its behalf. */
  readonly operation: Operation
  /** Applied to each result of the executor. */
  readonly refine: (result: ExecutionResult) => ExecutionResult
}

/** A query that runs again when its result may have changed, once for all its watchers. */
export interface LiveQuery {
  /** Follows the account's changes and runs the query. Rejects with `UpstreamError` where the caller can't get changes. */
  begin(): Promise<void>
  /** Runs the query again where one of its cached reads has changed. */
  check(): void
  /** `check`, to be called periodically: for changes that no event has reported here, and to retry a degraded result. */
  beat(): void
  readonly latest: () => Version | undefined
  /** Calls `onVersion` for each later version. Returns the function that ends this. */
  watch(onVersion: () => void): () => void
  readonly isWatched: () => boolean
  end(): void
}

export interface Version {
  readonly number: number
  readonly part: StreamPart
}

/** The latest run of the query. */
interface Run {
  /** The reads of its result. Undefined where the result depends on a read that is not cached. */
  readonly reads: readonly CachedRead[] | undefined
  /** The result has errors, or is stale in part. */
  readonly isDegraded: boolean
  /** On the monotonic clock. */
  readonly startedAt: number
}

/** How long a degraded result waits for its retry: at first, and at most. */
const MIN_RETRY_MS = 15_000
/** Also the interval of runs while events may miss changes. A shorter one would be polling, at its cost. */
const MAX_RETRY_MS = 300_000

export function createLiveQuery(selection: LiveSelection, options: LiveQueryOptions): LiveQuery {
  const { args, operation: client, refine } = selection
  const { changes, cachedReads, covers, contextOf, beginEvent, addCost, reportFault, clock } = options
  const watchers = new Set<() => void>()
  let following: Following | undefined
  let unwatch = () => {}
  let latestRun: Run | undefined
  let version: Version | undefined
  /** The latest result as text, without its cost and without what differs in each run (see `comparable`). */
  let latestText: string | undefined
  let retryMs = MIN_RETRY_MS
  let isRunning = false
  let isDirty = false
  let isOver = false

  async function follow(): Promise<void> {
    const followed = await changes.follow(undefined, client, {
      change: check,
      lost() {
        following?.stop()
        following = undefined
        reportRejection(followAgain().then(() => update(false)))
      },
    })
    // After a loss, a heartbeat may call this at the same time.
    if (isOver || following !== undefined) followed.stop()
    else following = followed
  }

  async function followAgain(): Promise<void> {
    // Where the store that instances share is unreachable, the next heartbeat tries again.
    await follow().catch(() => {})
  }

  function reportRejection(work: Promise<void>): void {
    work.catch((fault: unknown) => reportFault(faultOf(fault)))
  }

  function check(): void {
    reportRejection(update(false))
  }

  /** Runs once at a time: a call during a run makes it check again afterwards. */
  async function update(isForced: boolean): Promise<void> {
    if (isRunning) {
      isDirty = true
      return
    }
    isRunning = true
    try {
      let mustRun = isForced
      do {
        isDirty = false
        if (mustRun || !(await isUnchanged())) await run()
        mustRun = false
      } while (isDirty && !isOver)
    } finally {
      isRunning = false
    }
  }

  async function isUnchanged(): Promise<boolean> {
    if (latestRun?.reads === undefined || latestRun.isDegraded) return false
    await cachedReads.refresh(latestRun.reads, client)
    return cachedReads.areUnchanged(latestRun.reads, client)
  }

  async function run(): Promise<void> {
    if (isOver) return
    const startedAt = clock.monotonic()
    const { operation: begun, end } = beginEvent(client)
    const operation = { ...begun, isLive: true }
    const { ledger } = operation
    ledger.reads = []
    try {
      const result = wordResult(await resultOf(operation), reportFault)
      if (isOver) return
      const { reads } = ledger
      watchLists(reads)
      const isDegraded = result.errors !== undefined || ledger.stale.size > 0
      latestRun = { reads, isDegraded, startedAt }
      if (!isDegraded) retryMs = MIN_RETRY_MS
      const text = JSON.stringify(comparable(result))
      if (text !== latestText) {
        latestText = text
        version = { number: (version?.number ?? 0) + 1, part: writePart(addCost(result, operation)) }
        for (const notify of [...watchers]) notify()
      }
      reportRun(operation, codesOf(result.errors), startedAt)
    } finally {
      end()
    }
  }

  /** Watches the lists of the result for changes that no event reported. */
  function watchLists(reads: readonly CachedRead[] = []): void {
    const unwatchPrevious = unwatch
    const filters = reads.flatMap(({ request }) => request.filter ?? [])
    const watched = filters.map((filter) => changes.watch(filter, client))
    unwatch = () => watched.forEach((end) => void end())
    unwatchPrevious()
  }

  async function resultOf(operation: Operation): Promise<ExecutionResult> {
    try {
      return refine(await execute({ ...args, contextValue: contextOf(operation) }))
    } catch (error) {
      return { errors: [asGraphQLError(error)], data: null }
    }
  }

  function reportRun(operation: Operation, codes: readonly string[], startedAt: number): void {
    const definition = getOperationAST(args.document, args.operationName)
    options.report(operation, { definition, codes, startedAt })
  }

  async function beat(): Promise<void> {
    if (latestRun === undefined) return
    if (following === undefined) await followAgain()
    const { isDegraded, startedAt } = latestRun
    const ageMs = clock.monotonic() - startedAt
    if (!isDegraded) return update(!covers(client.account, startedAt) && ageMs >= MAX_RETRY_MS)
    if (ageMs < retryMs) return
    retryMs = Math.min(2 * retryMs, MAX_RETRY_MS)
    return update(true)
  }

  return {
    async begin() {
      await follow()
      check()
    },
    check,
    beat: () => reportRejection(beat()),
    latest: () => version,
    watch(onVersion) {
      watchers.add(onVersion)
      return () => void watchers.delete(onVersion)
    },
    isWatched: () => watchers.size > 0,
    end() {
      isOver = true
      unwatch()
      following?.stop()
    },
  }
}

/** The result without the extensions that name one exchange: the same failure has others in each run. */
function comparable({ errors, ...result }: ExecutionResult): object {
  return { ...result, errors: errors?.map(comparableError) }
}

function comparableError(error: GraphQLError): object {
  const { http, requestId, errorId, since, ...extensions } = error.extensions
  return { ...error.toJSON(), extensions }
}
