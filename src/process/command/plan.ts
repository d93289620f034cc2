import type { Config } from '../../config.ts'
import type { TrustedCost } from '../../server/cost/trusted-costs.ts'
import { readTrustedDocuments } from '../../server/documents/trusted.ts'
import type { PlanCommand, Rates } from './command.ts'
import { priceDocuments } from './price.ts'
import type { Report } from './report.ts'

/** Upstream requests, at least and at most. */
interface Range {
  readonly min: number
  readonly max: number
}

export interface Hour {
  readonly screens: number
  /** Upstream requests in an hour. */
  readonly quota: number
  /** The share of the quota that reads leave to writes. */
  readonly reservePercent: number
  /** The most upstream requests that one operation may cause. */
  readonly ceiling: number
  readonly rates: Rates
}

interface PlannedOperation extends TrustedCost {
  /** False where it is over the ceiling, whatever happens. */
  readonly runs: boolean
  /** How often a screen runs it in an hour. */
  readonly perHour: number
  /** What one screen spends on it in an hour. */
  readonly ofScreen: Range
}

export interface HourPlan {
  readonly operations: readonly PlannedOperation[]
  /** Of one screen in an hour. */
  readonly reads: Range
  readonly writes: Range
  readonly readQuota: number
  /** `min` where every operation costs its most, `max` where every one costs its least. */
  readonly screensThatFit: Range
}

/** How often a screen runs what `--per-hour` does not speak of. */
const PER_HOUR = { mutation: 4, subscription: 1 }

/** Prices the documents of a file against the hour, by the schema alone. Asks nothing. */
export function plan({ file, ...command }: PlanCommand, config: Config): Report {
  const documents = readTrustedDocuments(file, 'plan')
  const costs = priceDocuments(documents, config)
  const strangers = [...command.rates.ofOperation.keys()].filter(
    (name) => !costs.some((cost) => cost.name === name),
  )
  if (strangers.length > 0)
    return {
      lines: [],
      problems: [`plan: the file has no operation ${strangers.join(', ')}.`],
      exitCode: 2,
    }
  const hour: Hour = {
    ...command,
    reservePercent: config.WRITE_RESERVE_PERCENT,
    ceiling: config.MAX_UPSTREAM_REQUESTS,
  }
  const planned = planHour(costs, hour)
  const fits = hour.screens <= planned.screensThatFit.min
  return { lines: inLines(planned, hour), problems: [], exitCode: fits ? 0 : 1 }
}

/**
 * The model is plain: every screen runs every operation as often as `rates` say, and nothing is remembered or shared. So
 * the gateway spends less than the most, and never more.
 */
export function planHour(
  costs: readonly TrustedCost[],
  { quota, reservePercent, ceiling, rates }: Hour,
): HourPlan {
  const operations = costs.map((cost) => {
    const named = cost.name === null ? undefined : rates.ofOperation.get(cost.name)
    const perHour = named ?? (cost.kind === 'query' ? rates.query : PER_HOUR[cost.kind])
    // What surely costs more is refused before it asks, and the rest is held to the ceiling.
    const runs = cost.min <= ceiling
    const min = runs ? cost.min : 0
    const max = runs ? Math.min(cost.max, ceiling) : 0
    return { ...cost, min, max, runs, perHour, ofScreen: { min: perHour * min, max: perHour * max } }
  })
  const sumOf = (isSummed: (kind: TrustedCost['kind']) => boolean) =>
    operations
      .filter(({ kind }) => isSummed(kind))
      .map(({ ofScreen }) => ofScreen)
      .reduce((a, b) => ({ min: a.min + b.min, max: a.max + b.max }), { min: 0, max: 0 })
  const reads = sumOf((kind) => kind !== 'mutation')
  const writes = sumOf((kind) => kind === 'mutation')
  const readQuota = Math.floor((quota * (100 - reservePercent)) / 100)
  const fitting = (cost: 'min' | 'max') =>
    Math.min(timesIn(readQuota, reads[cost]), timesIn(quota, reads[cost] + writes[cost]))
  return {
    operations: operations.toSorted((a, b) => b.ofScreen.max - a.ofScreen.max),
    reads,
    writes,
    readQuota,
    screensThatFit: { min: fitting('max'), max: fitting('min') },
  }
}

/** Infinite where one costs nothing. */
function timesIn(quota: number, each: number): number {
  return each === 0 ? Number.POSITIVE_INFINITY : Math.floor(quota / each)
}

function inLines(planned: HourPlan, { screens, quota, rates }: Hour): readonly string[] {
  const { operations, reads, writes, readQuota, screensThatFit } = planned
  const times = (cost: Range) => inWords({ min: cost.min * screens, max: cost.max * screens })
  const rows = operations.map(({ name, hash, kind, runs, perHour, ofScreen, ...ask }) => [
    `${kind} ${name ?? hash.slice(0, 80)}${runs ? '' : ', which never runs'}`,
    String(perHour),
    inWords(ask),
    inWords(ofScreen),
    times(ofScreen),
  ])
  return [
    `A screen runs each query ${rates.query} times an hour, each mutation ${PER_HOUR.mutation} times and each subscription once; --per-hour changes that.`,
    'Nothing counts as remembered or shared, so the gateway spends less than the most, and never more.',
    '',
    ...table([['operation', 'an hour', 'requests', 'of one screen', `of ${screens}`], ...rows]),
    '',
    `Reads: ${times(reads)} of ${readQuota} requests an hour. Writes: ${times(writes)}. Together: ${times({ min: reads.min + writes.min, max: reads.max + writes.max })} of ${quota}.`,
    verdict(screens, screensThatFit),
  ]
}

function verdict(screens: number, { min, max }: Range): string {
  const answer = screens <= min ? 'It fits' : screens <= max ? 'It may not fit' : 'It does not fit'
  return `${answer}: ${counted(max)} screens fit where every operation costs its least, ${counted(min)} where every one costs its most.`
}

function counted(screens: number): string {
  return screens === Number.POSITIVE_INFINITY ? 'any number of' : String(screens)
}

function inWords({ min, max }: Range): string {
  return min === max ? String(max) : `${min} to ${max}`
}

/** The first column to the left, the others to the right. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widthOf = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widthOf(0)) : cell.padStart(widthOf(column))))
      .join('  '),
  )
}
