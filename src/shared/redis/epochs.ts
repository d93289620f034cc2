import { randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import {
  type Advance,
  type AppointmentDiff,
  createEpochs,
  type Epoch,
  type Epochs,
  isDoubt,
  type LocalEpochs,
  withDoubts,
  withoutDoubts,
} from '../epochs.ts'
import type { KeyNote, Notes } from '../notes.ts'
import type { Connection } from './connection.ts'
import { ADVANCE, BEGIN } from './scripts.ts'
import { hashed, type Seal } from './seal.ts'

export interface RedisEpochsOptions {
  readonly connection: Connection
  readonly prefix: string
  readonly seal: Seal
  /** Twice the longest life of what is cached, in milliseconds. */
  readonly lifeMs: number
}

export interface RedisEpochs {
  readonly epochs: Epochs
  readonly notes: Notes
  /** The epoch as all instances name it: without what this process alone has advanced while Redis was away. */
  sharedOf(account: string, scope: string): string
  /** What has changed since such an epoch, oldest first; undefined where that is not known, also not to Redis. */
  sharedChangesSince(
    account: string,
    scope: string,
    epoch: string,
  ): Promise<readonly AppointmentDiff[] | undefined>
}

/** What this process last read of an account's state. */
interface View {
  gen: string
  readonly values: LRUCache<string, string>
  /** Described changes in the order of Redis, up to `lastStep`. */
  steps: Step[]
  lastStep: string
  key: KeyNote | undefined
}

interface Step {
  readonly field: string
  readonly from: string
  readonly to: string
  readonly change: Advance
}

interface Batch {
  readonly scopes: Set<string>
  readonly read: Promise<void>
}

const MAX_ACCOUNTS = 10_000
const MAX_FIELDS = 20_000
const MAX_STEPS = 1000
/** The scopes of an account that are owed one by one. */
const MAX_OWED = 1000
const QUOTA = 'quota'

/**
 * Epochs that all instances share: random values in one hash of an account, read when they are used. So a message that
 * is late, or lost, can't make an answer wrong. One hash, because it is evicted or lost as a whole, and then its generation
 * is another and all that was cached under it is not found.
 *
 * While Redis is away this process goes by its own epochs. What it has advanced meanwhile it owes, and pays before Redis
 * counts as back.
 */
export function createRedisEpochs({ connection, prefix, seal, lifeMs }: RedisEpochsOptions): RedisEpochs {
  const local = createEpochs()
  const views = new LRUCache<string, View>({ max: MAX_ACCOUNTS })
  const batches = new Map<string, Batch>()
  /** Scopes by account. A set is never changed: one that is still there once it is paid has nothing new. */
  const owed = new Map<string, ReadonlySet<string>>()

  const stateKey = (account: string) => `${prefix}{${account}}:state`
  const stepsKey = (account: string) => `${prefix}{${account}}:steps`

  function viewOf(account: string): View {
    const known = views.get(account)
    if (known !== undefined) return known
    const view: View = {
      gen: '',
      values: new LRUCache({ max: MAX_FIELDS }),
      steps: [],
      lastStep: '0',
      key: undefined,
    }
    views.set(account, view)
    return view
  }

  async function read(account: string, batch: Set<string>): Promise<void> {
    const scopes = [...batch]
    const fields = scopes.map(fieldOf)
    const ask = () => connection.ask((redis) => redis.hmget(stateKey(account), 'gen', QUOTA, ...fields))
    let found = await ask()
    if (found === undefined) return
    // Read again, because another instance may have begun it, and written, in between.
    if (found[0] == null) {
      await begin(account)
      found = (await ask()) ?? found
    }
    const [gen, quota, ...values] = found
    const view = viewOf(account)
    // The state is lost, and no other can begin: a value of the old one would bring back what is cached from before it.
    view.gen = gen ?? random()
    view.key = parseNote(quota)
    const isTold = values.some((value, index) => {
      const known = view.values.get(fields[index] as string)
      return value !== null && isDescribed(value) && known !== undefined && known !== value
    })
    fields.forEach((field, index) => void view.values.set(field, values[index] ?? ''))
    // Whoever compares before the steps are here finds a gap, and reads once too often.
    if (isTold) await readSteps(account, view)
  }

  function begin(account: string): Promise<unknown> | undefined {
    return connection.ask((redis) => redis.eval(BEGIN, 1, stateKey(account), random(), lifeMs))
  }

  async function readSteps(account: string, view: View): Promise<void> {
    const from = view.lastStep === '0' ? '-' : `(${view.lastStep}`
    const entries = await connection.ask((redis) => redis.xrange(stepsKey(account), from, '+'))
    for (const [id, fields] of entries ?? []) {
      view.lastStep = id
      const { s: field, f, t: to, [DIFF]: diff, [DOUBT]: doubt } = Object.fromEntries(pairsOf(fields))
      const change = seal.open(diff ?? doubt ?? '') as Advance | undefined
      if (field !== undefined && f !== undefined && to !== undefined && change !== undefined)
        view.steps.push({ field, from: f, to, change })
    }
    if (view.steps.length > 2 * MAX_STEPS) view.steps = view.steps.slice(-MAX_STEPS)
  }

  async function advance(account: string, scopes: readonly string[], change?: Advance): Promise<void> {
    local.advance(account, scopes, change)
    const description = change && seal.close?.(change)
    const name = change && isDoubt(change) ? DOUBT : DIFF
    const kind = description === undefined ? 'u' : DESCRIBED
    const values = scopes.flatMap((scope) => [fieldOf(scope), kind + random()])
    // Redis may be back by the time that this one is known to have failed: owed then, it would not be paid.
    while (connection.isUp()) {
      const done = await connection.ask((redis) => send(redis, account, values, { description, name }))
      if (done !== undefined) return
    }
    const before = owed.get(account) ?? new Set()
    owed.set(account, new Set([...before, ...(before.size < MAX_OWED ? scopes : [])]))
  }

  type Asked = Parameters<Parameters<Connection['ask']>[0]>[0]

  function send(
    redis: Asked,
    account: string,
    values: string[],
    { description = '', name = DIFF }: { description?: string | undefined; name?: string } = {},
  ): Promise<unknown> {
    const keys = [stateKey(account), stepsKey(account)] as const
    const limits = [lifeMs, MAX_FIELDS, MAX_STEPS] as const
    return redis.eval(ADVANCE, 2, ...keys, random(), ...limits, description, name, ...values)
  }

  async function pay(redis: Asked, account: string, scopes: ReadonlySet<string>): Promise<void> {
    const values = [...scopes].flatMap((scope) => [fieldOf(scope), `u${random()}`])
    // Of very many, all are owed: without its state everything is another epoch.
    if (scopes.size < MAX_OWED) await send(redis, account, values)
    else await redis.del(stateKey(account), stepsKey(account))
    if (owed.get(account) === scopes) owed.delete(account)
  }

  connection.beforeUp({
    isPaid: () => owed.size === 0,
    pay: (redis) =>
      Promise.all([...owed].slice(0, 100).map(([account, scopes]) => pay(redis, account, scopes))),
  })

  function remoteOf(account: string, scope: string): string {
    const view = views.peek(account)
    return view === undefined ? ' ' : `${view.gen} ${view.values.peek(fieldOf(scope)) ?? ''}`
  }

  /** The described changes between two values of a field; undefined where the chain has a gap. */
  function stepsBetween(account: string, field: string, from: string, to: string): Advance[] | undefined {
    const changes: Advance[] = []
    let at = from
    if (at === to) return changes
    for (const step of views.peek(account)?.steps ?? []) {
      if (step.field !== field || step.from !== at) continue
      changes.push(step.change)
      at = step.to
      if (at === to) return changes
    }
    return undefined
  }

  /** Between two epochs that all instances name; undefined where the chain has a gap here. */
  function knownAdvances(account: string, scope: string, epoch: string): readonly Advance[] | undefined {
    const [gen, from = ''] = epoch.split(' ')
    const [genNow, to = ''] = remoteOf(account, scope).split(' ')
    return gen === genNow ? stepsBetween(account, fieldOf(scope), from, to) : undefined
  }

  /** What all instances know, and then what this process alone has advanced. */
  const advancesSince: LocalEpochs['advancesSince'] = (account, scope, epoch) => {
    const [theirs, mine] = partsOf(epoch)
    const own = local.advancesSince(account, scope, mine)
    const others = knownAdvances(account, scope, theirs)
    return own && others && [...others, ...own]
  }

  const epochs: Epochs = {
    refresh(account, scopes) {
      if (!connection.isUp()) return undefined
      const batch = batches.get(account)
      if (batch !== undefined) {
        for (const scope of scopes) batch.scopes.add(scope)
        return batch.read
      }
      const begun = new Set(scopes)
      // All that is asked in this turn is read at once.
      const reading = Promise.resolve().then(() => {
        batches.delete(account)
        return read(account, begun)
      })
      batches.set(account, { scopes: begun, read: reading })
      return reading
    },
    of: (account, scope) => `${remoteOf(account, scope)} ${local.of(account, scope)}`,
    advance,
    // The others have been told by the time that it is known, and can't be told otherwise.
    announce: (account, scopes, diff) =>
      advance(account, scopes, { doubted: diff ?? null }).then(() => undefined),
    changesSince: (...asked) => withDoubts(advancesSince(...asked)),
    certainSince: (...asked) => withoutDoubts(advancesSince(...asked)),
  }

  function tellKey(account: string, note: KeyNote): void {
    const key = stateKey(account)
    void connection.ask((redis) =>
      Promise.all([redis.hset(key, QUOTA, JSON.stringify(note)), redis.pexpire(key, lifeMs)]),
    )
  }

  return {
    epochs,
    notes: {
      areShared: true,
      keyOf: (account) => (connection.isUp() ? views.peek(account)?.key : undefined),
      tellKey,
    },
    sharedOf: remoteOf,
    async sharedChangesSince(account, scope, epoch) {
      const known = knownAdvances(account, scope, epoch)
      if (known !== undefined) return withDoubts(known)
      // Another instance may have seen more than this one has read.
      await read(account, new Set([scope]))
      await readSteps(account, viewOf(account))
      return withDoubts(knownAdvances(account, scope, epoch))
    },
  }
}

/** What all instances name an epoch by, and this process alone. */
function partsOf(epoch: Epoch): [shared: string, own: number] {
  const [gen = '', value = '', own] = String(epoch).split(' ')
  return [`${gen} ${value}`, Number(own)]
}

/** What the description of a step is called. Instances of an earlier version know no doubts: to them, the step is missing. */
const DIFF = 'd'
const DOUBT = 'q'

/** Begins the value of an epoch that a description leads to. */
const DESCRIBED = 'd'

function isDescribed(value: string): boolean {
  return value.startsWith(DESCRIBED)
}

const fields = new LRUCache<string, string>({ max: 10_000 })

/** The path of an appointment holds its id; a hash of it does not. */
function fieldOf(scope: string): string {
  const known = fields.get(scope)
  if (known !== undefined) return known
  const field = `s:${hashed(scope)}`
  fields.set(scope, field)
  return field
}

function random(): string {
  return randomBytes(12).toString('base64url')
}

function parseNote(text: string | null | undefined): KeyNote | undefined {
  try {
    return text == null ? undefined : (JSON.parse(text) as KeyNote)
  } catch {
    return undefined
  }
}

function pairsOf(fields: readonly string[]): [string, string][] {
  return Array.from({ length: fields.length / 2 }, (_, nth) => [
    fields[2 * nth] ?? '',
    fields[2 * nth + 1] ?? '',
  ])
}
