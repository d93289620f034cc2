import type { Config } from '../../config.ts'
import type { TrustedCost } from '../../server/cost/trusted-costs.ts'
import { readTrustedDocuments } from '../../server/documents/trusted.ts'
import type { PlanCommand, Rates } from './command.ts'
import { priceDocuments } from './price.ts'
import type { Report } from './report.ts'

/** Of requests or runs, at least and at most. */
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
  /** How often it runs for a screen in an hour. */
  readonly perHour: Range
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

/** How often a screen runs a mutation of which `--per-hour` does not speak. */
const MUTATIONS = 4

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
 * the gateway spends less than the most, as long as nothing fails: a retry is a request too, and so is the search for
 * what a lost event would have told.
 */
export function planHour(
  costs: readonly TrustedCost[],
  { quota, reservePercent, ceiling, rates }: Hour,
): HourPlan {
  const operations = costs.map((cost) => {
    const named = cost.name === null ? undefined : rates.ofOperation.get(cost.name)
    const perHour = named === undefined ? runsOf(cost, rates) : exactly(named)
    // What surely costs more is refused before it asks, and the rest is held to the ceiling.
    const runs = cost.min <= ceiling
    const min = runs ? cost.min : 0
    const max = runs ? Math.min(cost.max, ceiling) : 0
    return { ...cost, min, max, runs, perHour, ofScreen: { min: perHour.min * min, max: perHour.max * max } }
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

/** A subscription costs nothing to open. A change that it is not told of, or that is in no live answer, runs nothing. */
function runsOf({ kind, isLive }: TrustedCost, { query, changes }: Rates): Range {
  if (kind === 'mutation') return exactly(MUTATIONS)
  if (kind === 'subscription') return { min: 0, max: changes }
  return isLive ? { min: 1, max: 1 + changes } : exactly(query)
}

function exactly(times: number): Range {
  return { min: times, max: times }
}

/** Infinite where one costs nothing. */
function timesIn(quota: number, each: number): number {
  return each === 0 ? Number.POSITIVE_INFINITY : Math.floor(quota / each)
}

function inLines(planned: HourPlan, { screens, quota, rates }: Hour): readonly string[] {
  const { operations, reads, writes, readQuota, screensThatFit } = planned
  const times = (cost: Range) => inWords({ min: cost.min * screens, max: cost.max * screens })
  const rows = operations.map(({ name, hash, kind, isLive, runs, perHour, ofScreen, ...ask }) => [
    `${isLive ? 'live ' : ''}${kind} ${name ?? hash.slice(0, 80)}${runs ? '' : ', which never runs'}`,
    inWords(perHour),
    inWords(ask),
    inWords(ofScreen),
    times(ofScreen),
  ])
  return [
    `A screen runs each query ${rates.query} times an hour and each mutation ${MUTATIONS} times; --per-hour sets that.`,
    `Each of ${rates.changes} changes an hour may run each subscription, and each live query again; --changes sets that.`,
    'Nothing counts as remembered or shared, so the gateway spends less than the most: without retries, and while events come.',
    '',
    ...table([['operation', 'an hour', 'requests', 'of one screen', `of ${screens}`], ...rows]),
    '',
    `Reads: ${times(reads)} of ${readQuota} requests an hour. Writes: ${times(writes)}. Together: ${times({ min: reads.min + writes.min, max: reads.max + writes.max })} of ${quota}.`,
    verdict(screens, screensThatFit),
  ]
}

function verdict(screens: number, { min, max }: Range): string {
  const answer = screens <= min ? 'It fits' : screens <= max ? 'It may not fit' : 'It does not fit'
  return `${answer}: ${screensFit(max)} where every operation costs its least, and ${screensFit(min)} where every one costs its most.`
}

function screensFit(screens: number): string {
  if (screens === Number.POSITIVE_INFINITY) return 'any number of screens fits'
  return screens === 1 ? '1 screen fits' : `${screens} screens fit`
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
