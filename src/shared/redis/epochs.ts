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
  /** Twice the longest lifetime of a cached answer, in milliseconds. */
  readonly lifeMs: number
}

export interface RedisEpochs {
  readonly epochs: Epochs
  readonly notes: Notes
  /** The part of the scope's epoch that all instances share. */
  sharedOf(account: string, scope: string): string
  /** The changes since a shared epoch, oldest first. Undefined where Redis does not have them either. */
  sharedChangesSince(
    account: string,
    scope: string,
    epoch: string,
  ): Promise<readonly AppointmentDiff[] | undefined>
}

/** An account's state as this process last read it. */
interface View {
  gen: string
  readonly values: LRUCache<string, string>
  /** The described changes in the order of Redis, up to `lastStep`. */
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
/** The unsent scopes of an account that are kept one by one. */
const MAX_UNSENT = 1000
const QUOTA = 'quota'

/**
 * Epochs that all instances share: random values in one hash for each account, which are read when they are used. So no late or lost
 * message can make an answer wrong. It is one hash because Redis evicts or loses a hash as a unit: then the generation changes,
 * and no cached answer of the old one is found.
 *
 * While Redis is down, this process uses its own epochs. It sends the scopes that have changed in the meantime before Redis counts
 * as up again.
 */
export function createRedisEpochs({ connection, prefix, seal, lifeMs }: RedisEpochsOptions): RedisEpochs {
  const local = createEpochs()
  const views = new LRUCache<string, View>({ max: MAX_ACCOUNTS })
  const batches = new Map<string, Batch>()
  /** Scopes by account. A set is never changed, so a set that is still there after it was sent has no newer scopes. */
  const unsent = new Map<string, ReadonlySet<string>>()

  const stateKey = (account: string) => `${prefix}{${account}}:state`
  const stepsKey = (account: string) => `${prefix}{${account}}:steps`

  function viewOf(account: string): View {
    const existing = views.get(account)
    if (existing !== undefined) return existing
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
    const readState = () => connection.run((redis) => redis.hmget(stateKey(account), 'gen', QUOTA, ...fields))
    let found = await readState()
    if (found === undefined) return
    // Read again, because another instance may have begun the state, and written to it.
    if (found[0] == null) {
      await begin(account)
      found = (await readState()) ?? found
    }
    const [gen, quota, ...values] = found
    const view = viewOf(account)
    // Without a generation the state is lost, and a new one can't begin. The old one would bring back answers from before the loss.
    view.gen = gen ?? random()
    view.key = parseNote(quota)
    const hasNewSteps = values.some((value, index) => {
      const known = view.values.get(fields[index] as string)
      return value !== null && isDescribed(value) && known !== undefined && known !== value
    })
    fields.forEach((field, index) => void view.values.set(field, values[index] ?? ''))
    // A comparison before the steps are read finds a gap, and costs one read too many.
    if (hasNewSteps) await readSteps(account, view)
  }

  function begin(account: string): Promise<unknown> | undefined {
    return connection.run((redis) => redis.eval(BEGIN, 1, stateKey(account), random(), lifeMs))
  }

  async function readSteps(account: string, view: View): Promise<void> {
    const from = view.lastStep === '0' ? '-' : `(${view.lastStep}`
    const entries = await connection.run((redis) => redis.xrange(stepsKey(account), from, '+'))
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
    // Redis may be up again once this command has failed. An unsent scope would then wait for the next probe, while reads trust Redis.
    while (connection.isUp()) {
      const done = await connection.run((redis) => send(redis, account, values, { description, name }))
      if (done !== undefined) return
    }
    const before = unsent.get(account) ?? new Set()
    unsent.set(account, new Set([...before, ...(before.size < MAX_UNSENT ? scopes : [])]))
  }

  type Client = Parameters<Parameters<Connection['run']>[0]>[0]

  function send(
    redis: Client,
    account: string,
    values: string[],
    { description = '', name = DIFF }: { description?: string | undefined; name?: string } = {},
  ): Promise<unknown> {
    const keys = [stateKey(account), stepsKey(account)] as const
    const limits = [lifeMs, MAX_FIELDS, MAX_STEPS] as const
    return redis.eval(ADVANCE, 2, ...keys, random(), ...limits, description, name, ...values)
  }

  async function sendScopes(redis: Client, account: string, scopes: ReadonlySet<string>): Promise<void> {
    const values = [...scopes].flatMap((scope) => [fieldOf(scope), `u${random()}`])
    // For too many scopes the state is deleted: that changes every epoch.
    if (scopes.size < MAX_UNSENT) await send(redis, account, values)
    else await redis.del(stateKey(account), stepsKey(account))
    if (unsent.get(account) === scopes) unsent.delete(account)
  }

  connection.beforeUp({
    isEmpty: () => unsent.size === 0,
    send: (redis) =>
      Promise.all([...unsent].slice(0, 100).map(([account, scopes]) => sendScopes(redis, account, scopes))),
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

  /** The described changes since a shared epoch; undefined where the steps that this process has read have a gap. */
  function sharedAdvancesSince(
    account: string,
    scope: string,
    epoch: string,
  ): readonly Advance[] | undefined {
    const [gen, from = ''] = epoch.split(' ')
    const [genNow, to = ''] = remoteOf(account, scope).split(' ')
    return gen === genNow ? stepsBetween(account, fieldOf(scope), from, to) : undefined
  }

  /** The shared changes, and then those of this process: most of them again, as Redis has them unless it was down. */
  const advancesSince: LocalEpochs['advancesSince'] = (account, scope, epoch) => {
    const [theirs, mine] = partsOf(epoch)
    const own = local.advancesSince(account, scope, mine)
    const others = sharedAdvancesSince(account, scope, theirs)
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
      // One command reads all scopes that are requested within this turn of the event loop.
      const reading = Promise.resolve().then(() => {
        batches.delete(account)
        return read(account, begun)
      })
      batches.set(account, { scopes: begun, read: reading })
      return reading
    },
    of: (account, scope) => `${remoteOf(account, scope)} ${local.of(account, scope)}`,
    advance,
    // Other instances know of the doubt as soon as it is stored, so it can't be withdrawn.
    announce: (account, scopes, diff) =>
      advance(account, scopes, { doubted: diff ?? null }).then(() => undefined),
    changesSince: (...since) => withDoubts(advancesSince(...since)),
    certainSince: (...since) => withoutDoubts(advancesSince(...since)),
  }

  function setKey(account: string, note: KeyNote): void {
    const key = stateKey(account)
    void connection.run((redis) =>
      Promise.all([redis.hset(key, QUOTA, JSON.stringify(note)), redis.pexpire(key, lifeMs)]),
    )
  }

  return {
    epochs,
    notes: {
      areShared: true,
      keyOf: (account) => (connection.isUp() ? views.peek(account)?.key : undefined),
      setKey,
    },
    sharedOf: remoteOf,
    async sharedChangesSince(account, scope, epoch) {
      const known = sharedAdvancesSince(account, scope, epoch)
      if (known !== undefined) return withDoubts(known)
      // The epoch may be newer than the state that this process has read.
      await read(account, new Set([scope]))
      await readSteps(account, viewOf(account))
      return withDoubts(sharedAdvancesSince(account, scope, epoch))
    },
  }
}

/** The shared part of an epoch, and the part of this process. */
function partsOf(epoch: Epoch): [shared: string, own: number] {
  const [gen = '', value = '', own] = String(epoch).split(' ')
  return [`${gen} ${value}`, Number(own)]
}

/** The names of descriptions in a step. An instance of a version without doubts does not find the description, and reads anew. */
const DIFF = 'd'
const DOUBT = 'q'

/** The first letter of an epoch whose step has a description. */
const DESCRIBED = 'd'

function isDescribed(value: string): boolean {
  return value.startsWith(DESCRIBED)
}

const fields = new LRUCache<string, string>({ max: 10_000 })

/** A hash of the scope, because the path of an appointment contains its id. */
function fieldOf(scope: string): string {
  const existing = fields.get(scope)
  if (existing !== undefined) return existing
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
