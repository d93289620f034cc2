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
  readonly remembered: CachedReads
  /** Whether events told of every change of the account since that instant of the monotonic clock. */
  readonly covers: (account: string, since: number) => boolean
  readonly contextOf: (operation: Operation) => Context
  /** An operation of its own for each time that the query runs. */
  readonly beginEvent: Operations['beginEvent']
  readonly addCost: AddCost
  readonly reportFault: ReportFault
  readonly report: ReportOperation
  readonly clock: Clock
}

export interface LiveSelection {
  readonly args: ExecutionArgs
  readonly by: Operation
  /** What the gateway does to every result of its executor. */
  readonly refine: (result: ExecutionResult) => ExecutionResult
}

/** A query that runs again when its answer may have changed, for all who watch it. */
export interface LiveQuery {
  /** Begins to follow the changes. Rejects with `UpstreamError` where there are none for the caller. */
  begin(): Promise<void>
  /** Runs it again where what it was made of has changed. */
  check(): void
  /** The same from time to time: for what no event of this instance tells, and where an answer failed. */
  beat(): void
  readonly latest: () => Version | undefined
  /** Calls back with each version from now on, until the function is called that it returns. */
  watch(onVersion: () => void): () => void
  readonly isWatched: () => boolean
  end(): void
}

export interface Version {
  readonly number: number
  readonly part: StreamPart
}

/** What an answer was made of, and how good it is. */
interface Basis {
  /** Undefined where it depends on something that is not cached. */
  readonly reads: readonly CachedRead[] | undefined
  /** Something in it failed, or is older than it may be. */
  readonly isPoor: boolean
  /** On the monotonic clock. */
  readonly madeAt: number
}

const FIRST_WAIT_MS = 15_000
/** Also how often it runs where events can't be relied on: more would be a poll, and cost as much. */
const LONGEST_WAIT_MS = 300_000

export function createLiveQuery({ args, by, refine }: LiveSelection, options: LiveQueryOptions): LiveQuery {
  const { changes, remembered, covers, contextOf, beginEvent, addCost, reportFault, clock } = options
  const watchers = new Set<() => void>()
  let following: Following | undefined
  let unwatch = () => {}
  let basis: Basis | undefined
  let version: Version | undefined
  /** The text of the latest answer, without what it cost, and without what is another at each run. */
  let shown: string | undefined
  let waitMs = FIRST_WAIT_MS
  let isRunning = false
  let isDirty = false
  let isOver = false

  async function follow(): Promise<void> {
    const followed = await changes.follow(undefined, by, {
      change: check,
      lost() {
        following?.stop()
        following = undefined
        unattended(followAgain().then(() => update(false)))
      },
    })
    // After a loss, a beat may follow at the same time.
    if (isOver || following !== undefined) followed.stop()
    else following = followed
  }

  async function followAgain(): Promise<void> {
    // Where what instances share is away, the next beat tries again.
    await follow().catch(() => {})
  }

  function unattended(work: Promise<void>): void {
    work.catch((fault: unknown) => reportFault(faultOf(fault)))
  }

  function check(): void {
    unattended(update(false))
  }

  /** One at a time: what changes while it runs is looked at when it has. */
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
    if (basis?.reads === undefined || basis.isPoor) return false
    await remembered.refresh(basis.reads, by)
    return remembered.areUnchanged(basis.reads, by)
  }

  async function run(): Promise<void> {
    if (isOver) return
    const madeAt = clock.monotonic()
    const { operation: begun, end } = beginEvent(by)
    const operation = { ...begun, isLive: true }
    const { ledger } = operation
    ledger.reads = []
    try {
      const result = wordResult(await resultOf(operation), reportFault)
      if (isOver) return
      const { reads } = ledger
      watchLists(reads)
      basis = {
        reads,
        isPoor: result.errors !== undefined || ledger.stale.size > 0,
        madeAt,
      }
      if (!basis.isPoor) waitMs = FIRST_WAIT_MS
      const text = JSON.stringify(comparable(result))
      if (text !== shown) {
        shown = text
        version = { number: (version?.number ?? 0) + 1, part: writePart(addCost(result, operation)) }
        for (const tell of [...watchers]) tell()
      }
      note(operation, codesOf(result.errors), madeAt)
    } finally {
      end()
    }
  }

  /** Losses are looked for in the lists that the answer is made of. */
  function watchLists(reads: readonly CachedRead[] = []): void {
    const before = unwatch
    const filters = reads.flatMap(({ request }) => request.filter ?? [])
    const watched = filters.map((filter) => changes.watch(filter, by))
    unwatch = () => watched.forEach((end) => void end())
    before()
  }

  async function resultOf(operation: Operation): Promise<ExecutionResult> {
    try {
      return refine(await execute({ ...args, contextValue: contextOf(operation) }))
    } catch (error) {
      return { errors: [asGraphQLError(error)], data: null }
    }
  }

  function note(operation: Operation, codes: readonly string[], startedAt: number): void {
    const definition = getOperationAST(args.document, args.operationName)
    options.report(operation, { definition, codes, startedAt })
  }

  async function beat(): Promise<void> {
    if (basis === undefined) return
    if (following === undefined) await followAgain()
    const { isPoor, madeAt } = basis
    const ageMs = clock.monotonic() - madeAt
    if (!isPoor) return update(!covers(by.account, madeAt) && ageMs >= LONGEST_WAIT_MS)
    if (ageMs < waitMs) return
    waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)
    return update(true)
  }

  return {
    async begin() {
      await follow()
      check()
    },
    check,
    beat: () => unattended(beat()),
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

/** The same failure names another exchange each time. */
function comparable({ errors, ...result }: ExecutionResult): object {
  return { ...result, errors: errors?.map(sameEachTime) }
}

function sameEachTime(error: GraphQLError): object {
  const { http, requestId, errorId, since, ...extensions } = error.extensions
  return { ...error.toJSON(), extensions }
}
