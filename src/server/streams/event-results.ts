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
  readonly contextOf: (operation: Operation, told: AppointmentRow) => Context
  readonly sourcesOf: (operation: Operation) => SettleOptions
  /** An operation of its own for an event, on behalf of the same caller. */
  readonly beginEvent: Operations['beginEvent']
  readonly addCost: AddCost
  readonly reportFault: ReportFault
  readonly report: ReportOperation
  readonly clock: Clock
}

/** A result, written once for all subscribers of a format. */
export interface StreamPart {
  in(format: StreamFormat): Buffer
}

/** What several subscribers have in common: the same document, variables and view. Each event is executed for all of them. */
export interface SharedSelection {
  /** Undefined where the event does nothing to the list. */
  partOf(event: ChangeEvent): Promise<StreamPart | undefined>
  leave(): void
}

export interface Selecting {
  /** Equal for subscribers that get the same results. */
  readonly key: string
  readonly args: ExecutionArgs
  readonly by: Operation
}

interface Part {
  /** Undefined where the event does nothing to the list. */
  readonly written: StreamPart | undefined
  readonly change: LoggedChange
  readonly hasRead: boolean
}

interface Group {
  readonly parts: LRUCache<string, Promise<Part>>
  members: number
}

/** Results that subscribers of one selection may still ask for, who read at different speeds. */
const MAX_PARTS = 64

export function createEventResults(options: EventResultsOptions): {
  join(selecting: Selecting): SharedSelection
} {
  const { contextOf, sourcesOf, beginEvent, addCost, reportFault, report, clock } = options
  const groups = new Map<string, Group>()

  /** Undefined where the event does nothing to the list. Rejects where that can't be found out for a narrowed caller. */
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
      // Whose the appointment is decides whether a narrowed caller may know of it at all.
      if (isNarrowed(operation.access)) throw error
      return { effect: { movement: 'entered', isHidden: false }, row: { id: event.change.now.id } }
    }
  }

  /** Each event is an operation of its own: what it cost, and its line in the log. */
  async function partOf(event: ChangeEvent, { args, by }: Selecting): Promise<Part> {
    const startedAt = clock.monotonic()
    const { operation, end } = beginEvent(by)
    function note(codes: readonly string[]): void {
      const definition = getOperationAST(args.document, args.operationName)
      report(operation, { definition, codes, startedAt, as: 'event' })
    }
    try {
      const executed = await execute(event, args, operation)
      const result = executed && addCost(wordResult(executed, reportFault), operation)
      note(codesOf(result?.errors))
      const { exchanges, remembered, joined } = operation.ledger
      const hasRead = exchanges + remembered + joined > 0
      return { written: result && writePart(result), change: event.change, hasRead }
    } catch (error) {
      if (error instanceof UpstreamError) note([error.code])
      throw error
    } finally {
      end()
    }
  }

  /** What was read for an event shows its appointment as it was then: nobody gets it once that has changed again. */
  function isStillTrue({ hasRead, change }: Part, by: Operation): boolean {
    return !hasRead || sourcesOf(by).changes.isLatest(change, by)
  }

  async function sharedPart(group: Group, event: ChangeEvent, selecting: Selecting): Promise<Part> {
    const known = group.parts.get(event.sequence)
    const part = known && (await known)
    if (part !== undefined && isStillTrue(part, selecting.by)) return part
    const begun = partOf(event, selecting)
    group.parts.set(event.sequence, begun)
    begun.catch(() => group.parts.delete(event.sequence))
    return begun
  }

  return {
    join(selecting) {
      const { key } = selecting
      const group = groups.get(key) ?? { parts: new LRUCache({ max: MAX_PARTS }), members: 0 }
      groups.set(key, group)
      group.members += 1
      return {
        async partOf(event) {
          const part = event.isOwn ? partOf(event, selecting) : sharedPart(group, event, selecting)
          return (await part).written
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

/** As a part of a stream has it: the status that an error would give a response of its own is no part of it. */
export function plainErrors<Result extends Pick<ExecutionResult, 'errors'>>(result: Result): object {
  if (result.errors === undefined) return result
  const errors = result.errors.map((error) => {
    const { http, ...extensions } = error.extensions
    return { ...error.toJSON(), extensions }
  })
  return { ...result, errors }
}
