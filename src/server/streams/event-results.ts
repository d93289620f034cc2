import { type ExecutionArgs, type ExecutionResult, GraphQLError, getOperationAST } from 'graphql'
import { LRUCache } from 'lru-cache'
import { executeEvent } from '../../execution/index.ts'
import { type ChangeEvent, type SettleOptions, settleEffect, toldOf } from '../../loaders/changes.ts'
import type { AppointmentRow } from '../../rest/appointments/row.ts'
import type { Clock } from '../../rest/clock.ts'
import type { Operation } from '../../rest/pipe/pipe.ts'
import type { Context } from '../../schema/context.ts'
import type { AddCost } from '../cost/cost.ts'
import { wordResult } from '../errors.ts'
import type { OperationLine, ReportFault } from '../gateway-options.ts'
import { codesOf, operationLine } from '../operation/log.ts'
import type { Operations } from '../operation/operation.ts'
import type { StreamFormat } from './formats.ts'

export interface EventResultsOptions {
  readonly contextOf: (operation: Operation, told: AppointmentRow) => Context
  readonly settleOptionsOf: (operation: Operation) => SettleOptions
  /** An operation of its own for an event, on behalf of the same caller. */
  readonly beginEvent: Operations['beginEvent']
  readonly addCost: AddCost
  readonly reportFault: ReportFault
  readonly logOperation: (line: OperationLine) => void
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

interface Group {
  readonly parts: LRUCache<string, Promise<StreamPart | undefined>>
  members: number
}

/** Results that subscribers of one selection may still ask for, who read at different speeds. */
const MAX_PARTS = 64

export function createEventResults(options: EventResultsOptions): {
  join(selecting: Selecting): SharedSelection
} {
  const { contextOf, settleOptionsOf, beginEvent, addCost, reportFault, logOperation, clock } = options
  const groups = new Map<string, Group>()

  /** Undefined where the event does nothing to the list. */
  async function execute(
    event: ChangeEvent,
    args: ExecutionArgs,
    operation: Operation,
  ): Promise<ExecutionResult | undefined> {
    try {
      const isUnclear = event.movement === 'unclear'
      const effect = isUnclear ? await settleEffect(event, settleOptionsOf(operation)) : event
      if (effect === undefined) return undefined
      const rootValue: ChangeEvent = { ...event, ...effect }
      return await executeEvent({ ...args, contextValue: contextOf(operation, toldOf(rootValue)), rootValue })
    } catch (error) {
      const originalError = error instanceof Error ? error : new Error(typeof error)
      return { errors: [new GraphQLError(originalError.message, { originalError })], data: null }
    }
  }

  /** Each event is an operation of its own: what it cost, and its line in the log. */
  async function resultOf(event: ChangeEvent, { args, by }: Selecting): Promise<ExecutionResult | undefined> {
    const startedAt = clock.monotonic()
    const { operation, end } = beginEvent(by)
    const executed = await execute(event, args, operation)
    end()
    if (executed === undefined) return undefined
    const result = addCost(wordResult(executed, reportFault), operation)
    const definition = getOperationAST(args.document, args.operationName)
    const durationMs = Math.round(clock.monotonic() - startedAt)
    logOperation(operationLine(operation, definition, { codes: codesOf(result.errors), durationMs }))
    return result
  }

  async function partOf(event: ChangeEvent, selecting: Selecting): Promise<StreamPart | undefined> {
    const result = await resultOf(event, selecting)
    return result && writePart(result)
  }

  return {
    join(selecting) {
      const { key } = selecting
      const group = groups.get(key) ?? { parts: new LRUCache({ max: MAX_PARTS }), members: 0 }
      groups.set(key, group)
      group.members += 1
      return {
        partOf(event) {
          if (event.isMerged) return partOf(event, selecting)
          const { sequence } = event.change
          const known = group.parts.get(sequence)
          if (known !== undefined) return known
          const part = partOf(event, selecting)
          group.parts.set(sequence, part)
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
  const json = JSON.stringify(withoutHttp(result))
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

/** The status that an error would give a response of its own is no part of it. */
function withoutHttp(result: ExecutionResult): object {
  if (result.errors === undefined) return result
  const errors = result.errors.map((error) => {
    const { http, ...extensions } = error.extensions
    return { ...error.toJSON(), extensions }
  })
  return { ...result, errors }
}
