import type { ExecutionResult } from 'graphql'
import { createLedger } from '../../src/rest/pipe/ledger.ts'
import type { Operation } from '../../src/rest/pipe/pipe.ts'
import { createMemo } from '../../src/server/operation/memo.ts'
import { NOON, operationOf, startRest } from '../support/rest.ts'
import { ITEMS, type Item, type PendingExchange, startLatencyUpstream } from './latency-upstream.ts'

/** One step of a test. `nth` selects one of the exchanges in flight, counted modulo their number. */
export type Step =
  | { readonly do: 'read'; readonly what: Item | 'list'; readonly view: string }
  | { readonly do: 'write'; readonly item: Item; readonly how: 'update' | 'cancel'; readonly view: string }
  | { readonly do: 'apply' | 'answer' | 'limit' | 'leave'; readonly nth: number }
  | { readonly do: 'wait'; readonly ms: number }

export interface Outcome {
  /** A line for each read that returned a value older than the last write that ended before the read began. */
  readonly faults: readonly string[]
  /** Reads that the memo answered. */
  readonly repeated: number
}

/** Takes the steps. Each read goes through the memo of answers, as a query does. */
export async function takeSteps(steps: readonly Step[]): Promise<Outcome> {
  let now = NOON
  let repeated = 0
  await using upstream = await startLatencyUpstream()
  await using rest = startRest(upstream.url, { now: () => now })
  const memo = createMemo(rest.cachedReads)
  const faults: string[] = []
  const written = new Map<Item, number>(ITEMS.map((item) => [item, 0]))
  const inFlight: InFlight[] = []
  const waiting: Waiting[] = []

  function check(
    what: string,
    atLeast: ReadonlyMap<Item, number>,
    row: { id: string; title?: unknown },
  ): void {
    const least = atLeast.get(row.id as Item) ?? 0
    if (Number(row.title) < least) faults.push(`${what} returned ${row.id} as of ${row.title}, not ${least}`)
  }

  /** Returns once the upstream has received the request of the operation, if it sends one. */
  async function begin(by: Operation, settled: Promise<unknown>, line: string, leave?: () => void) {
    const waiter: Waiting = { settled: settled.then(forget, forget), leave: leave ?? (() => {}) }
    if (leave !== undefined) waiting.push(waiter)
    function forget(): void {
      if (waiting.includes(waiter)) waiting.splice(waiting.indexOf(waiter), 1)
    }
    if (by.ledger.joined > 0)
      inFlight.findLast(({ exchange }) => exchange.line === line)?.waiters.push(waiter)
    if (by.ledger.exchanges === 0) return
    const nth = upstream.exchanges.length
    while (upstream.exchanges.length === nth) await upstream.arrival(nth + 1)
    const exchange = upstream.exchanges[nth]
    if (exchange !== undefined) inFlight.push({ exchange, waiters: [waiter] })
  }

  async function read(what: Item | 'list', view: string): Promise<void> {
    const client = new AbortController()
    const by = { ...operationOf('x', client.signal), view, ledger: createLedger(60) }
    const atLeast = new Map(written)
    const rows = async () =>
      what === 'list'
        ? (await rest.appointments.list({}, FIRST_PAGE, by)).rows
        : [(await rest.appointments.retrieve(what, by)).row]
    const query = { text: what, operationName: undefined, variables: undefined, operation: by }
    const answer = memo.answer(query, async () => ({ data: { rows: await rows() } }))
    const checked = Promise.resolve(answer).then((result) => {
      if (by.ledger.isRepeated) repeated += 1
      for (const row of rowsIn(result)) check(what, atLeast, row)
    })
    const line = what === 'list' ? 'GET /appointments?limit=20&offset=0' : `GET /appointments/${what}`
    await begin(by, checked, line, () => client.abort())
  }

  async function write(item: Item, how: 'update' | 'cancel', view: string): Promise<void> {
    const by = { ...operationOf('x'), view }
    const done =
      how === 'update'
        ? rest.appointments.update(item, { title: 'next' }, by)
        : rest.appointments.cancel(item, null, by).then(({ row }) => row)
    const recorded = done.then(({ title }) =>
      written.set(item, Math.max(written.get(item) ?? 0, Number(title))),
    )
    await begin(by, recorded, '')
  }

  async function end({ exchange, waiters }: InFlight, answer: (exchange: PendingExchange) => void) {
    answer(exchange)
    await Promise.all(waiters.map(({ settled }) => settled))
  }

  async function take(step: Step): Promise<void> {
    if (step.do === 'read') return read(step.what, step.view)
    if (step.do === 'write') return write(step.item, step.how, step.view)
    if (step.do === 'wait') {
      now += step.ms
      return
    }
    if (step.do === 'leave') {
      const leaving = waiting[step.nth % waiting.length]
      leaving?.leave()
      await leaving?.settled
      return
    }
    const at = step.nth % inFlight.length
    if (step.do === 'apply') return inFlight[at]?.exchange.apply()
    const [ending] = inFlight.splice(at, 1)
    if (ending !== undefined) await end(ending, (exchange) => exchange[step.do as 'answer' | 'limit']())
  }

  for (const step of steps) await take(step)
  // The latest exchanges end first, so that reads end after the writes that began after them. Then everything is read twice.
  while (inFlight.length > 0) await take({ do: 'answer', nth: inFlight.length - 1 })
  for (const what of [...ITEMS, 'list', ...ITEMS, 'list'] as const) {
    await read(what, 'one')
    await take({ do: 'answer', nth: 0 })
  }
  return { faults, repeated }
}

/** The rows as the server writes them. */
function rowsIn(result: ExecutionResult): readonly { readonly id: string; readonly title?: unknown }[] {
  const { stringify = JSON.stringify } = result as {
    readonly stringify?: (result: object) => string | Buffer
  }
  return JSON.parse(String(stringify(result))).data.rows
}

interface Waiting {
  readonly settled: Promise<unknown>
  readonly leave: () => void
}

interface InFlight {
  readonly exchange: PendingExchange
  readonly waiters: Waiting[]
}

const FIRST_PAGE = { offset: 0, limit: 20 }
