import type { Config } from '../../config.ts'
import type { TrustedCost } from '../../server/cost/trusted-costs.ts'
import { readTrustedDocuments } from '../../server/documents/trusted.ts'
import type { PlanCommand, Rates } from './command.ts'
import { priceDocuments } from './price.ts'
import type { Report } from './report.ts'

/** The least and the greatest number of requests or runs. */
interface Range {
  readonly min: number
  readonly max: number
}

export interface Hour {
  readonly screens: number
  /** Upstream requests in an hour. */
  readonly quota: number
  /** The share of the quota that is reserved for writes, in percent. */
  readonly reservePercent: number
  /** The most upstream requests that one operation may cause. */
  readonly ceiling: number
  readonly rates: Rates
}

interface PlannedOperation extends TrustedCost {
  /** False where even its least cost is above the ceiling. */
  readonly runs: boolean
  /** How often it runs for a screen in an hour. */
  readonly perHour: Range
  /** The upstream requests for one screen in an hour. */
  readonly ofScreen: Range
}

export interface HourPlan {
  readonly operations: readonly PlannedOperation[]
  /** The upstream requests of one screen in an hour. */
  readonly reads: Range
  readonly writes: Range
  readonly readQuota: number
  /** `min` if every operation costs its `max`, `max` if every operation costs its `min`. */
  readonly screensThatFit: Range
}

/** How often a screen runs a mutation that is not in `--per-hour`. */
const MUTATIONS = 4

/** Compares the cost of a file's documents with the quota of an hour, by the schema alone. Sends no upstream request. */
export function plan({ file, ...command }: PlanCommand, config: Config): Report {
  const documents = readTrustedDocuments(file, 'plan')
  const costs = priceDocuments(documents, config)
  const unknownNames = [...command.rates.ofOperation.keys()].filter(
    (name) => !costs.some((cost) => cost.name === name),
  )
  if (unknownNames.length > 0)
    return {
      lines: [],
      problems: [`plan: the file has no operation ${unknownNames.join(', ')}.`],
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
 * A simple model: every screen runs every operation at its rate, and no read is cached or shared. So the gateway spends
 * less than `max`, as long as nothing fails: a retry is a request too, and so are the reads that look for the change of a
 * lost event.
 */
export function planHour(
  costs: readonly TrustedCost[],
  { quota, reservePercent, ceiling, rates }: Hour,
): HourPlan {
  const operations = costs.map((cost) => {
    const named = cost.name === null ? undefined : rates.ofOperation.get(cost.name)
    const perHour = named === undefined ? runsOf(cost, rates) : exactly(named)
    // An operation whose `min` is above the ceiling is refused before any request; others are limited to the ceiling.
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

/** Opening a subscription costs nothing. A change outside its list, or outside of a live query's result, runs nothing. */
function runsOf({ kind, isLive }: TrustedCost, { query, changes }: Rates): Range {
  if (kind === 'mutation') return exactly(MUTATIONS)
  if (kind === 'subscription') return { min: 0, max: changes }
  return isLive ? { min: 1, max: 1 + changes } : exactly(query)
}

function exactly(times: number): Range {
  return { min: times, max: times }
}

/** Infinite where `each` is 0. */
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

/** Aligns the first column to the left, and the others to the right. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widthOf = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widthOf(0)) : cell.padStart(widthOf(column))))
      .join('  '),
  )
}
