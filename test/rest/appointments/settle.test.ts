import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FULL_ACCESS } from '../../../src/rest/access.ts'
import type { UpstreamError } from '../../../src/rest/errors.ts'
import { type Sandbox, startSandbox } from '../../../src/sandbox/server.ts'
import { operationOf, startRest, type TestRest } from '../../support/rest.ts'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'

type Drop = 'before' | 'after'

const BOOKING = {
  title: 'Check-up',
  patientId: 'pat_1',
  startTime: '2030-01-07T10:00:00Z',
  endTime: '2030-01-07T10:30:00Z',
}
const WITHOUT_WAITS = { retry: { wait: async () => {}, random: () => 0 } }

/** A sandbox that can drop responses, a REST client for it, and a clock that moves past the pauses of earlier writes. */
async function startFaulty() {
  const exchanges: string[] = []
  const sandbox = await startSandbox({
    seed: 0,
    rateLimit: 0,
    faults: true,
    onExchange: ({ method, target }) =>
      void (target.startsWith('/_') || exchanges.push(`${method} ${target}`)),
  })
  let now = Date.now()
  const rest = startRest(sandbox.url, { now: () => now, ...WITHOUT_WAITS })
  return {
    sandbox,
    rest,
    by: () => ({ ...operationOf(), credential: `Bearer ${sandbox.key}` }),
    nextMinute() {
      now += 60_000
    },
    takeExchanges: () => exchanges.splice(0),
    async [Symbol.asyncDispose]() {
      await rest[Symbol.asyncDispose]()
      await sandbox.close()
    },
  }
}

async function dropNext(sandbox: Sandbox, route: string, drops: readonly (Drop | 'none')[]): Promise<void> {
  for (const drop of drops) {
    if (drop === 'none') return
    await fetch(`${sandbox.url}/_faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ route, drop }),
    })
  }
}

async function clearFaults(sandbox: Sandbox): Promise<void> {
  await fetch(`${sandbox.url}/_faults`, { method: 'DELETE' })
}

async function rowsOf(rest: TestRest, by: ReturnType<typeof operationOf>, patientId: string) {
  return (await rest.appointments.list({ patientId }, { offset: 0, limit: 100 }, by)).rows
}

const CANCEL = 'POST /appointments/{id}/cancel'
const READ = 'GET /appointments/{id}'

describe('A write without a response', () => {
  test.for([[['before']], [['after']], [['before', 'after']], [['after', 'after']]] as const)(
    'The gateway repeats a create dropped %j with its key and books once',
    async ([drops]) => {
      await using faulty = await startFaulty()
      await dropNext(faulty.sandbox, 'POST /appointments', drops)
      const row = await faulty.rest.appointments.create(BOOKING, crypto.randomUUID(), faulty.by())
      expect(row.title).toBe('Check-up')
      expect(faulty.takeExchanges()).toHaveLength(1 + drops.length)
      expect(await rowsOf(faulty.rest, faulty.by(), 'pat_1')).toHaveLength(1)
    },
  )

  test('The error of a create without any response names its idempotency key', async () => {
    await using faulty = await startFaulty()
    await dropNext(faulty.sandbox, 'POST /appointments', ['after', 'after', 'after'])
    const key = crypto.randomUUID()
    const lost = faulty.rest.appointments.create(BOOKING, key, faulty.by())
    await expect(lost).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      extensions: { check: { idempotencyKey: key } },
    })
    await faulty.rest.appointments.create(BOOKING, key, faulty.by())
    expect(await rowsOf(faulty.rest, faulty.by(), 'pat_1')).toHaveLength(1)
  })

  test('The answer to the repeat decides between an unknown outcome and a refusal', async () => {
    for (const [repeat, code] of [
      [{ status: 429, body: { error: { code: 'RATE_LIMITED', message: '' } } }, 'OUTCOME_UNKNOWN'],
      [{ status: 400, body: { error: { code: 'VALIDATION_ERROR', message: '' } } }, 'VALIDATION_ERROR'],
    ] as const) {
      let attempts = 0
      await using upstream = await startScriptedUpstream(() => {
        attempts += 1
        return attempts === 1 ? (response) => void response.destroy() : repeat
      })
      await using rest = startRest(upstream.url, WITHOUT_WAITS)
      await expect(rest.appointments.create(BOOKING, 'key', operationOf())).rejects.toMatchObject({ code })
    }
  })

  test('A narrowed caller gets back the key that it sent', async () => {
    await using upstream = await startScriptedUpstream(() => (response) => void response.destroy())
    await using rest = startRest(upstream.url, WITHOUT_WAITS)
    const by = {
      ...operationOf(),
      access: { ...FULL_ACCESS, narrowing: { patientId: 'pat_1' } },
    }
    await expect(rest.appointments.create(BOOKING, 'given', by)).rejects.toMatchObject({
      extensions: { check: { idempotencyKey: 'given' } },
    })
    expect(upstream.requests[0]?.headers['idempotency-key']).not.toBe('given')
  })

  test('The gateway reads a cancel that succeeded and does not repeat it', async () => {
    await using faulty = await startFaulty()
    const { id } = await faulty.rest.appointments.create(BOOKING, crypto.randomUUID(), faulty.by())
    faulty.takeExchanges()
    await dropNext(faulty.sandbox, CANCEL, ['after'])
    const { row } = await faulty.rest.appointments.cancel(id, 'Ill', faulty.by())
    expect(row).toMatchObject({ status: 'cancelled', cancellationReason: 'Ill' })
    expect(faulty.takeExchanges()).toEqual([`POST /appointments/${id}/cancel`, `GET /appointments/${id}`])
  })

  test('The gateway repeats a cancel that did not happen, once', async () => {
    await using faulty = await startFaulty()
    const { id } = await faulty.rest.appointments.create(BOOKING, crypto.randomUUID(), faulty.by())
    faulty.takeExchanges()
    await dropNext(faulty.sandbox, CANCEL, ['before'])
    await faulty.rest.appointments.cancel(id, 'Ill', faulty.by())
    const cancel = `POST /appointments/${id}/cancel`
    expect(faulty.takeExchanges()).toEqual([cancel, `GET /appointments/${id}`, cancel])
  })

  test('A cancel after the cancel of another client gets INVALID_STATE_TRANSITION', async () => {
    await using faulty = await startFaulty()
    const { id } = await faulty.rest.appointments.create(BOOKING, crypto.randomUUID(), faulty.by())
    await faulty.rest.appointments.cancel(id, 'Theirs', faulty.by())
    await dropNext(faulty.sandbox, CANCEL, ['before'])
    await expect(faulty.rest.appointments.cancel(id, 'Ours', faulty.by())).rejects.toMatchObject({
      code: 'INVALID_STATE_TRANSITION',
      extensions: { details: { current_status: 'cancelled', attempted_action: 'cancel' } },
    })
  })

  test('A repeated cancel succeeds if the first one happened late', async () => {
    const row = { id: 'a', status: 'confirmed', cancellation_reason: null as string | null }
    let cancels = 0
    await using upstream = await startScriptedUpstream(({ line }) => {
      if (line.startsWith('GET')) return { body: { data: { ...row }, meta: {} } }
      cancels += 1
      if (cancels === 1) return (response) => void response.destroy()
      Object.assign(row, { status: 'cancelled', cancellation_reason: 'Ill' })
      return { status: 409, body: { error: { code: 'INVALID_STATE_TRANSITION', message: '' } } }
    })
    await using rest = startRest(upstream.url, WITHOUT_WAITS)
    expect((await rest.appointments.cancel('a', 'Ill', operationOf())).row.status).toBe('cancelled')
  })

  test('The gateway reads and compares after an update and never repeats it', async () => {
    await using faulty = await startFaulty()
    const { id } = await faulty.rest.appointments.create(BOOKING, crypto.randomUUID(), faulty.by())
    await dropNext(faulty.sandbox, 'PATCH /appointments/{id}', ['after', 'before'])
    faulty.takeExchanges()
    const row = await faulty.rest.appointments.update(id, { title: 'Moved', patientId: null }, faulty.by())
    expect(row).toMatchObject({ title: 'Moved', durationMinutes: 30 })
    await expect(faulty.rest.appointments.update(id, { title: 'Again' }, faulty.by())).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
    })
    const once = [`PATCH /appointments/${id}`, `GET /appointments/${id}`]
    expect(faulty.takeExchanges()).toEqual([...once, ...once])
  })

  test('The outcome is unknown only if the read fails too, and the error says so', async () => {
    await using faulty = await startFaulty()
    const { id } = await faulty.rest.appointments.create(BOOKING, crypto.randomUUID(), faulty.by())
    for (const write of ['update', 'cancel'] as const) {
      await dropNext(faulty.sandbox, write === 'cancel' ? CANCEL : 'PATCH /appointments/{id}', ['after'])
      await dropNext(faulty.sandbox, READ, ['before', 'before', 'before'])
      const lost =
        write === 'cancel'
          ? faulty.rest.appointments.cancel(id, null, faulty.by())
          : faulty.rest.appointments.update(id, { title: 'x' }, faulty.by())
      await expect(lost).rejects.toMatchObject({
        code: 'OUTCOME_UNKNOWN',
        extensions: { check: { appointmentId: id } },
      })
    }
  })

  test('The database has exactly what the responses claim after any dropped connection', async () => {
    await using faulty = await startFaulty()
    const { rest, sandbox } = faulty
    const drop = fc.constantFrom<Drop | 'none'>('before', 'after', 'none')
    const run = fc.record({
      write: fc.constantFrom('create', 'update', 'cancel'),
      drops: fc.array(drop, { maxLength: 4 }),
      readDrops: fc.array(drop, { maxLength: 4 }),
    })
    const claims = new Set<string>()
    await fc.assert(
      fc.asyncProperty(run, async ({ write, drops, readDrops }) => {
        faulty.nextMinute()
        await clearFaults(sandbox)
        const patientId = crypto.randomUUID()
        const booking = { ...BOOKING, patientId }
        const created =
          write === 'create' ? '' : (await rest.appointments.create(booking, patientId, faulty.by())).id
        const route =
          { create: 'POST /appointments', update: 'PATCH /appointments/{id}', cancel: CANCEL }[write] ?? ''
        await dropNext(sandbox, route, drops)
        await dropNext(sandbox, READ, readDrops)
        const key = crypto.randomUUID()
        const attempt = {
          create: () => rest.appointments.create(booking, key, faulty.by()),
          update: () => rest.appointments.update(created, { attendeeName: key }, faulty.by()),
          cancel: () => rest.appointments.cancel(created, key, faulty.by()),
        }[write]
        const claim = await attempt?.().then(
          () => 'done',
          (error: UpstreamError) => error.code,
        )
        await clearFaults(sandbox)
        faulty.nextMinute()
        const rows = await rowsOf(rest, faulty.by(), patientId)
        const [row] = rows
        const stored =
          row && 'id' in row ? (await rest.appointments.retrieve(row.id, faulty.by())).row : undefined
        const isDone = {
          create: rows.length === 1,
          update: stored?.attendeeName === key,
          cancel: stored?.status === 'cancelled' && stored.cancellationReason === key,
        }[write]
        claims.add(`${write} ${claim}`)
        expect(rows.length).toBeLessThanOrEqual(1)
        if (claim !== 'OUTCOME_UNKNOWN')
          expect({ claim, isDone }).toEqual({ claim, isDone: claim === 'done' })
      }),
      { numRuns: 200, seed: 6 },
    )
    expect(claims).toContain('create OUTCOME_UNKNOWN')
    expect(claims).toContain('update UPSTREAM_UNAVAILABLE')
    expect(claims).toContain('cancel done')
  })
})
