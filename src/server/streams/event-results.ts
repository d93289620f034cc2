import { type ExecutionArgs, type ExecutionResult, getOperationAST } from 'graphql'
import { LRUCache } from 'lru-cache'
import { executeEvent } from '../../execution/index.ts'
import {
  type ChangeEvent,
  type LoggedChange,
  rowOfEvent,
  type Settled,
  type SettleOptions,
  settleEvent,
} from '../../loaders/changes.ts'
import { isNarrowed } from '../../rest/access.ts'
import type { AppointmentRow } from '../../rest/appointments/row.ts'
import type { Clock } from '../../rest/clock.ts'
import { UpstreamError } from '../../rest/errors.ts'
import type { Operation } from '../../rest/pipe/pipe.ts'
import type { Context } from '../../schema/context.ts'
import type { AddCost } from '../cost/cost.ts'
import { asGraphQLError, wordResult } from '../errors.ts'
import type { ReportFault } from '../gateway-options.ts'
import type { ReportOperation } from '../observation/report.ts'
import { codesOf } from '../operation/log.ts'
import type { Operations } from '../operation/operation.ts'
import type { StreamFormat } from './formats.ts'

export interface EventResultsOptions {
  readonly contextOf: (operation: Operation, ofEvent: AppointmentRow) => Context
  readonly sourcesOf: (operation: Operation) => SettleOptions
  /** Begins a separate operation for an event, on behalf of the same caller. */
  readonly beginEvent: Operations['beginEvent']
  readonly addCost: AddCost
  readonly reportFault: ReportFault
  readonly report: ReportOperation
  readonly clock: Clock
}

/** A result. It is serialized once for all subscribers that use the same format. */
export interface StreamPart {
  in(format: StreamFormat): Buffer
}

/** A selection of one or several subscribers with the same document, variables and view. An event is executed once for all. */
export interface SharedSelection {
  /** Undefined where the event does not affect the list. */
  partOf(event: ChangeEvent): Promise<StreamPart | undefined>
  leave(): void
}

export interface Selection {
  /** Equal for subscribers that get the same results. */
  readonly key: string
  readonly args: ExecutionArgs
  /** The operation of a subscriber. */
  readonly operation: Operation
}

interface EventResult {
  /** Undefined where the event does not affect the list. */
  readonly part: StreamPart | undefined
  readonly change: LoggedChange
  readonly hasRead: boolean
}

/** The subscribers of one selection. */
interface Group {
  /** By the sequence of the event. */
  readonly results: LRUCache<string, Promise<EventResult>>
  members: number
}

/** The results that a group keeps for its slower subscribers. */
const MAX_RESULTS = 64

export function createEventResults(options: EventResultsOptions): {
  join(selection: Selection): SharedSelection
} {
  const { contextOf, sourcesOf, beginEvent, addCost, reportFault, report, clock } = options
  const groups = new Map<string, Group>()

  /** Undefined where the event does not affect the list. Rejects where the right of a narrowed caller is not known. */
  async function execute(
    event: ChangeEvent,
    args: ExecutionArgs,
    operation: Operation,
  ): Promise<ExecutionResult | undefined> {
    const settled = await settle(event, operation)
    if (settled === undefined) return undefined
    const rootValue: ChangeEvent = { ...event, ...settled.effect }
    try {
      const contextValue = contextOf(operation, rowOfEvent(rootValue, settled.row))
      return await executeEvent({ ...args, contextValue, rootValue })
    } catch (error) {
      return { errors: [asGraphQLError(error)], data: null }
    }
  }

  async function settle(event: ChangeEvent, operation: Operation): Promise<Settled | undefined> {
    const { movement, isHidden } = event
    if (movement !== 'unclear') return { effect: { movement, isHidden }, row: undefined }
    try {
      return await settleEvent(event, sourcesOf(operation))
    } catch (error) {
      // Only the read says whose appointment it is, and a narrowed caller may know of none but its own.
      if (isNarrowed(operation.access)) throw error
      return { effect: { movement: 'entered', isHidden: false }, row: { id: event.change.now.id } }
    }
  }

  /** Each event is a separate operation, with its own cost and line in the log. */
  async function resultOf(
    event: ChangeEvent,
    { args, operation: subscriber }: Selection,
  ): Promise<EventResult> {
    const startedAt = clock.monotonic()
    const { operation, end } = beginEvent(subscriber)
    function reportEnd(codes: readonly string[]): void {
      const definition = getOperationAST(args.document, args.operationName)
      report(operation, { definition, codes, startedAt, as: 'event' })
    }
    try {
      const executed = await execute(event, args, operation)
      const result = executed && addCost(wordResult(executed, reportFault), operation)
      reportEnd(codesOf(result?.errors))
      const { exchanges, remembered, joined } = operation.ledger
      const hasRead = exchanges + remembered + joined > 0
      return { part: result && writePart(result), change: event.change, hasRead }
    } catch (error) {
      if (error instanceof UpstreamError) reportEnd([error.code])
      throw error
    } finally {
      end()
    }
  }

  /** A result with reads contains the appointment as of those reads, so it is outdated once the appointment changes again. */
  function isCurrent({ hasRead, change }: EventResult, operation: Operation): boolean {
    return !hasRead || sourcesOf(operation).changes.isLatest(change, operation)
  }

  async function sharedResultOf(
    group: Group,
    event: ChangeEvent,
    selection: Selection,
  ): Promise<EventResult> {
    const pendingOrDone = group.results.get(event.sequence)
    const known = pendingOrDone && (await pendingOrDone)
    if (known !== undefined && isCurrent(known, selection.operation)) return known
    const pending = resultOf(event, selection)
    group.results.set(event.sequence, pending)
    pending.catch(() => group.results.delete(event.sequence))
    return pending
  }

  return {
    join(selection) {
      const { key } = selection
      const group = groups.get(key) ?? { results: new LRUCache({ max: MAX_RESULTS }), members: 0 }
      groups.set(key, group)
      group.members += 1
      return {
        async partOf(event) {
          const { part } = await (event.isOwn
            ? resultOf(event, selection)
            : sharedResultOf(group, event, selection))
          return part
        },
        leave() {
          group.members -= 1
          if (group.members === 0 && groups.get(key) === group) groups.delete(key)
        },
      }
    },
  }
}

export function writePart(result: ExecutionResult): StreamPart {
  const json = JSON.stringify(plainErrors(result))
  const written = new Map<StreamFormat, Buffer>()
  return {
    in(format) {
      const known = written.get(format)
      if (known !== undefined) return known
      const bytes = Buffer.from(format.part(json))
      written.set(format, bytes)
      return bytes
    },
  }
}

/** The result without `extensions.http`, the status that an error gives to a response: a part of a stream has no status. */
export function plainErrors<Result extends Pick<ExecutionResult, 'errors'>>(result: Result): object {
  if (result.errors === undefined) return result
  const errors = result.errors.map((error) => {
    const { http, ...extensions } = error.extensions
    return { ...error.toJSON(), extensions }
  })
  return { ...result, errors }
}
