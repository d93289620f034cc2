import { createLedger } from '../../src/rest/pipe/ledger.ts'
import type { Operation } from '../../src/rest/pipe/pipe.ts'
import { NOON, operationOf, startRest } from '../support/rest.ts'
import { type HeldExchange, ITEMS, type Item, startLatencyUpstream } from './latency-upstream.ts'

/** Numbers choose among what there is when the step is taken. */
export type Step =
  | { readonly do: 'read'; readonly what: Item | 'list'; readonly view: string }
  | { readonly do: 'write'; readonly item: Item; readonly how: 'update' | 'cancel'; readonly view: string }
  | { readonly do: 'apply' | 'answer' | 'limit' | 'leave'; readonly nth: number }
  | { readonly do: 'wait'; readonly ms: number }

/** Takes the steps, and tells of each reader that was shown a value older than the last write answered before it asked. */
export async function takeSteps(steps: readonly Step[]): Promise<string[]> {
  let now = NOON
  await using upstream = await startLatencyUpstream()
  await using rest = startRest(upstream.url, { now: () => now })
  const faults: string[] = []
  const answered = new Map<Item, number>(ITEMS.map((item) => [item, 0]))
  const open: Flying[] = []
  const waiting: Waiting[] = []

  function check(
    what: string,
    atLeast: ReadonlyMap<Item, number>,
    row: { id: string; title?: unknown },
  ): void {
    const least = atLeast.get(row.id as Item) ?? 0
    if (Number(row.title) < least) faults.push(`${what} showed ${row.id} as of ${row.title}, not ${least}`)
  }

  /** Whether it caused an exchange is known at once; when it has come, the next step may be taken. */
  async function begin(by: Operation, settled: Promise<unknown>, line: string, leave?: () => void) {
    const waiter: Waiting = { settled: settled.then(land, land), leave: leave ?? (() => {}) }
    if (leave !== undefined) waiting.push(waiter)
    function land(): void {
      if (waiting.includes(waiter)) waiting.splice(waiting.indexOf(waiter), 1)
    }
    if (by.ledger.joined > 0) open.findLast((flying) => flying.exchange.line === line)?.waiters.push(waiter)
    if (by.ledger.exchanges === 0) return
    const nth = upstream.exchanges.length
    while (upstream.exchanges.length === nth) await upstream.arrival(nth + 1)
    const exchange = upstream.exchanges[nth]
    if (exchange !== undefined) open.push({ exchange, waiters: [waiter] })
  }

  async function read(what: Item | 'list', view: string): Promise<void> {
    const gone = new AbortController()
    const by = { ...operationOf('x', gone.signal), view, ledger: createLedger(60) }
    const atLeast = new Map(answered)
    const rows =
      what === 'list'
        ? rest.appointments.list({}, WHOLE, by).then((page) => page.rows)
        : rest.appointments.retrieve(what, by).then(({ row }) => [row])
    const shown = rows.then((all) => {
      for (const row of all) check(what, atLeast, row as { id: string; title?: unknown })
    })
    const line = what === 'list' ? 'GET /appointments?limit=20&offset=0' : `GET /appointments/${what}`
    await begin(by, shown, line, () => gone.abort())
  }

  async function write(item: Item, how: 'update' | 'cancel', view: string): Promise<void> {
    const by = { ...operationOf('x'), view }
    const done =
      how === 'update'
        ? rest.appointments.update(item, { title: 'next' }, by)
        : rest.appointments.cancel(item, null, by).then(({ row }) => row)
    const noted = done.then(({ title }) =>
      answered.set(item, Math.max(answered.get(item) ?? 0, Number(title))),
    )
    await begin(by, noted, '')
  }

  async function land({ exchange, waiters }: Flying, answer: (exchange: HeldExchange) => void) {
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
      const leaver = waiting[step.nth % waiting.length]
      leaver?.leave()
      await leaver?.settled
      return
    }
    const at = step.nth % open.length
    if (step.do === 'apply') return open[at]?.exchange.apply()
    const [flying] = open.splice(at, 1)
    if (flying !== undefined) await land(flying, (exchange) => exchange[step.do as 'answer' | 'limit']())
  }

  for (const step of steps) await take(step)
  // The writes of the end are answered before the reads that began before them; then somebody looks at everything.
  while (open.length > 0) await take({ do: 'answer', nth: open.length - 1 })
  for (const what of [...ITEMS, 'list'] as const) {
    await read(what, 'one')
    await take({ do: 'answer', nth: 0 })
  }
  return faults
}

interface Waiting {
  readonly settled: Promise<unknown>
  readonly leave: () => void
}

interface Flying {
  readonly exchange: HeldExchange
  readonly waiters: Waiting[]
}

const WHOLE = { offset: 0, limit: 20 }
