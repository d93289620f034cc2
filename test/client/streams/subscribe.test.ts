import type { ServerResponse } from 'node:http'
import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  type Answer,
  AppointmentChangesDocument,
  AppointmentDocument,
  type AppointmentSummary,
  type Client,
  type ClientOptions,
  createClient,
  type Pause,
  RequestError,
  ResumeError,
  TypedDocumentString,
} from '../../../src/client/index.ts'
import { startProduct } from '../../support/product.ts'
import { type ScriptedAnswer, startScriptedUpstream } from '../../support/scripted-upstream.ts'
import { statusOfStream } from '../../support/stream.ts'

/** For a slow or busy machine. */
const PATIENT = { timeout: 10_000 }

interface Named {
  readonly appointmentChanged: { readonly sequence?: string; readonly kind: string } | null
}

type Variables = { readonly after?: string | null }

const WITH_ALIAS = new TypedDocumentString<{ change: { sequence: string } | null }, Variables>(
  'subscription ($after: String) { change: appointmentChanged(after: $after) { sequence } }',
)
const WITHOUT_SEQUENCE = new TypedDocumentString<Named, Variables>(
  'subscription ($after: String) { appointmentChanged(after: $after) { kind } }',
)

const change = (sequence: string) => ({ data: { appointmentChanged: { sequence, kind: 'UPDATED' } } })
const failure = (code: string, extensions: object = {}) => ({
  errors: [{ message: code, extensions: { code, ...extensions } }],
})

/** A stream of these parts; with `end`, it then breaks off, or completes, or stays open. */
function stream(parts: readonly object[], end: 'broken' | 'complete' | 'open', resumeAfter?: string) {
  return (response: ServerResponse) => {
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      ...(resumeAfter && { 'x-resume-after': resumeAfter }),
    })
    response.write(':\n\n')
    for (const part of parts) response.write(`event: next\ndata: ${JSON.stringify(part)}\n\n`)
    if (end === 'complete') response.end('event: complete\ndata:\n\n')
    // Waits until the parts are sent, because a broken connection loses parts that are not.
    if (end === 'broken') response.write(':\n\n', () => response.destroy())
  }
}

const refused = (status: number, code: string, headers = {}): ScriptedAnswer => ({
  status,
  headers,
  body: failure(code),
})

type Step = ScriptedAnswer | ((response: ServerResponse) => void)

/** A gateway that answers each request with the next response, and a client of it that does not wait. */
async function startScript(steps: readonly Step[], options: Partial<ClientOptions> = {}) {
  let step = 0
  const server = await startScriptedUpstream(() => steps[step++] ?? refused(400, 'TOO_OFTEN'))
  const pauses: Pause[] = []
  const client = createClient({
    url: server.url,
    wait: async (pause) => void pauses.push(pause),
    ...options,
  })
  return {
    client,
    server,
    pauses,
    /** The `after` of each request. */
    afters: () => server.requests.map(({ body }) => JSON.parse(body).variables.after),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

/** The sequences up to this one, or all of them until the subscription rejects. */
async function read(client: Client, until?: string, variables: Variables = {}) {
  const sequences: unknown[] = []
  try {
    for await (const { data } of client.subscribe(AppointmentChangesDocument, variables)) {
      sequences.push(data?.appointmentChanged?.sequence)
      if (data?.appointmentChanged?.sequence === until) break
    }
    return { sequences, error: undefined }
  } catch (error) {
    return { sequences, error }
  }
}

const codeOf = (error: unknown) => error instanceof RequestError && error.errors[0]?.extensions.code

describe('A subscription that resumes by itself', () => {
  test.for([
    ['a broken connection', stream([change('a'), change('b')], 'broken', '0')],
    ['a stream that completes', stream([change('a'), change('b')], 'complete', '0')],
    [
      'a gateway that stops',
      stream([change('a'), change('b'), failure('STREAM_ENDED', { resumeAfter: 'x' })], 'complete', '0'),
    ],
    [
      'a reader that was too slow',
      stream([change('a'), change('b'), failure('STREAM_LAGGED', { resumeAfter: 'x' })], 'complete', '0'),
    ],
  ] as const)('It goes on after %s from the last change it has', async ([, first]) => {
    await using script = await startScript([first, stream([change('b'), change('c')], 'open', 'b')])
    expect((await read(script.client, 'c')).sequences).toEqual(['a', 'b', 'c'])
    expect(script.afters()).toEqual([undefined, 'b'])
  })

  test('Before the first change it resumes where its first stream began', async () => {
    await using script = await startScript([
      stream([], 'broken', '7'),
      stream([failure('STREAM_ENDED', { resumeAfter: '8' })], 'complete', '7'),
      stream([change('a')], 'open', '8'),
    ])
    await read(script.client, 'a')
    expect(script.afters()).toEqual([undefined, '7', '7'])
  })

  test('Without that header it resumes where the error states', async () => {
    await using script = await startScript([
      stream([failure('STREAM_LAGGED', { resumeAfter: '8' })], 'complete'),
      stream([change('a')], 'open'),
    ])
    await read(script.client, 'a')
    expect(script.afters()).toEqual([undefined, '8'])
  })

  test('It begins after the change that the caller names', async () => {
    await using script = await startScript([stream([change('b')], 'open', 'a')])
    await read(script.client, 'b', { after: 'a' })
    expect(script.afters()).toEqual(['a'])
  })

  test('An overloaded gateway is tried again, no sooner than its Retry-After', async () => {
    await using script = await startScript([
      refused(503, 'OVERLOADED', { 'retry-after': '70' }),
      refused(429, 'LIMIT_EXCEEDED'),
      { status: 502, body: '<h1>Bad gateway</h1>' },
      { status: 504, headers: { 'retry-after': new Date(Date.now() + 90_000).toUTCString() }, body: '' },
      stream([change('a')], 'broken', '0'),
      stream([change('b')], 'open', 'a'),
    ])
    expect((await read(script.client, 'b')).sequences).toEqual(['a', 'b'])
    expect(script.afters()).toEqual([undefined, undefined, undefined, undefined, undefined, 'a'])
    // An open stream resets the number of attempts.
    expect(script.pauses.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 1])
    const [busy, limit, bad, timeout, broken] = script.pauses.map(({ ms }) => ms)
    expect(busy).toBe(70_000)
    expect(timeout).toBeGreaterThan(80_000)
    for (const [ms, most] of [
      [limit, 1000],
      [bad, 2000],
      [broken, 500],
    ] as const) {
      expect(ms).toBeGreaterThanOrEqual(most / 2)
      expect(ms).toBeLessThanOrEqual(most)
    }
  })

  test('A gateway that is unreachable after the first stream is tried until it is back', async () => {
    let isAway = false
    await using script = await startScript(
      [stream([change('a')], 'broken', '0'), stream([change('b')], 'open')],
      {
        fetch: async (url, init) => {
          if (isAway) throw new TypeError('fetch failed')
          return fetch(url, init)
        },
        wait: async ({ attempt }) => {
          isAway = attempt < 3
        },
      },
    )
    expect((await read(script.client, 'b')).sequences).toEqual(['a', 'b'])
    expect(script.afters()).toEqual([undefined, 'a'])
  })

  test('A gateway that is overloaded, then unreachable, is tried until it is back', async () => {
    let requests = 0
    await using script = await startScript([refused(503, 'OVERLOADED'), stream([change('a')], 'open', '0')], {
      fetch: async (url, init) => {
        requests += 1
        if (requests === 2) throw new TypeError('fetch failed')
        return fetch(url, init)
      },
    })
    expect((await read(script.client, 'a')).sequences).toEqual(['a'])
  })

  test('A stream on which nothing arrives is replaced by a new one', async () => {
    await using script = await startScript(
      [stream([change('a')], 'open', '0'), stream([change('b')], 'open', 'a')],
      { silenceMs: 200 },
    )
    expect((await read(script.client, 'b')).sequences).toEqual(['a', 'b'])
  })

  test('An expired token is renewed, and a second refusal ends the subscription', async () => {
    let token = 0
    const expired = stream([change('a'), failure('UNAUTHENTICATED')], 'complete', '0')
    await using script = await startScript([expired, refused(401, 'UNAUTHENTICATED')], {
      headers: async () => ({ authorization: `Bearer ${++token}` }),
    })
    const { sequences, error } = await read(script.client)
    expect([sequences, codeOf(error)]).toEqual([['a'], 'UNAUTHENTICATED'])
    expect(script.server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer 1',
      'Bearer 2',
    ])
    expect(script.afters()).toEqual([undefined, 'a'])
  })

  test('The root field may have any name', async () => {
    await using script = await startScript([
      stream([{ data: { change: { sequence: 'a' } } }], 'broken'),
      stream([{ data: { change: { sequence: 'b' } } }], 'open'),
    ])
    for await (const { data } of script.client.subscribe(WITH_ALIAS))
      if (data?.change?.sequence === 'b') break
    expect(script.afters()).toEqual([undefined, 'a'])
  })

  test('A change that fails is an answer with errors, and the subscription goes on', async () => {
    const failed = {
      data: { appointmentChanged: null },
      ...failure('INTERNAL_SERVER_ERROR', { errorId: '1' }),
    }
    await using script = await startScript([
      stream([change('a'), { data: null, ...failure('UPSTREAM_TIMEOUT') }, failed, change('b')], 'open'),
    ])
    expect((await read(script.client, 'b')).sequences).toEqual(['a', undefined, undefined, 'b'])
  })
})

describe('A subscription that ends', () => {
  test.for([
    ['UNAUTHENTICATED', 401],
    ['FORBIDDEN', 200],
    ['BAD_USER_INPUT', 400],
    ['EVENTS_UNAVAILABLE', 400],
    ['RESUME_EXPIRED', 400],
    ['GRAPHQL_VALIDATION_FAILED', 200],
  ] as const)('%s rejects with a RequestError after one request', async ([code, status]) => {
    await using script = await startScript([refused(status, code)])
    const { error } = await read(script.client)
    expect([codeOf(error), (error as RequestError).status]).toEqual([code, status])
    expect(script.server.requests).toHaveLength(1)
  })

  test('RESUME_EXPIRED after a break rejects, so that the caller reads its list again', async () => {
    await using script = await startScript([
      stream([change('a')], 'broken', '0'),
      refused(400, 'RESUME_EXPIRED'),
    ])
    const { sequences, error } = await read(script.client)
    expect([sequences, codeOf(error)]).toEqual([['a'], 'RESUME_EXPIRED'])
  })

  test('With anew, RESUME_EXPIRED subscribes again, and the list is read again', async () => {
    await using script = await startScript([
      stream([change('a')], 'broken', '0'),
      refused(400, 'RESUME_EXPIRED'),
      stream([change('k')], 'open', '9'),
    ])
    const seen: unknown[] = []
    const options = {
      anew: true,
      onOpen: () => void seen.push('read'),
      onLine: (isOpen: boolean) => void seen.push(isOpen),
    }
    for await (const { data } of script.client.subscribe(AppointmentChangesDocument, {}, options)) {
      seen.push(data?.appointmentChanged?.sequence)
      if (seen.includes('k')) break
    }
    expect(seen).toEqual([true, 'read', 'a', false, true, 'read', 'k'])
    expect(script.afters()).toEqual([undefined, 'a', undefined])
  })

  test('An error of another code as the last part rejects', async () => {
    await using script = await startScript([stream([failure('INTERNAL_SERVER_ERROR')], 'complete', '0')])
    expect(codeOf((await read(script.client)).error)).toBe('INTERNAL_SERVER_ERROR')
  })

  test('Without sequence a break rejects, and the changes before it have arrived', async () => {
    await using script = await startScript([
      stream([{ data: { appointmentChanged: { kind: 'UPDATED' } } }], 'broken', '0'),
    ])
    const kinds: unknown[] = []
    const reading = (async () => {
      for await (const { data } of script.client.subscribe(WITHOUT_SEQUENCE))
        kinds.push(data?.appointmentChanged?.kind)
    })()
    await expect(reading).rejects.toThrow(ResumeError)
    expect(kinds).toEqual(['UPDATED'])
  })

  test('A document without $after rejects at a break', async () => {
    const document = new TypedDocumentString<Named, Variables>(
      'subscription { appointmentChanged { sequence } }',
    )
    await using script = await startScript([stream([change('a')], 'broken', '0')])
    const answers = script.client.subscribe(document)[Symbol.asyncIterator]()
    await answers.next()
    await expect(answers.next()).rejects.toThrow('$after')
  })

  test('A first connection that fails rejects with the reason of fetch', async () => {
    const client = createClient({
      url: 'http://127.0.0.1:1/graphql',
      fetch: () => Promise.reject(new TypeError('away')),
    })
    expect((await read(client)).error).toEqual(new TypeError('away'))
  })

  test('A rejection of onOpen ends the subscription', async () => {
    await using script = await startScript([stream([change('a')], 'open', '0')])
    const onOpen = () => Promise.reject(new Error('The list can not be read'))
    const answers = script.client
      .subscribe(AppointmentChangesDocument, {}, { onOpen })
      [Symbol.asyncIterator]()
    await expect(answers.next()).rejects.toThrow('The list can not be read')
  })

  test('A response without a stream, or with an invalid part, is a RequestError', async () => {
    const html: ScriptedAnswer = { headers: { 'content-type': 'text/html' }, body: '<h1>Hello</h1>' }
    const broken = (data: string): ScriptedAnswer => ({
      headers: { 'content-type': 'text/event-stream' },
      body: `event: next\ndata: ${data}\n\n`,
    })
    for (const answer of [html, broken('null'), broken('{"data":'), broken('{}')]) {
      await using script = await startScript([answer])
      expect((await read(script.client)).error).toBeInstanceOf(RequestError)
    }
  })

  test('An aborted signal ends the connection and rejects with its reason', async () => {
    const closed = Promise.withResolvers<void>()
    await using script = await startScript([
      (response) => {
        response.once('close', closed.resolve)
        stream([change('a')], 'open', '0')(response)
      },
    ])
    const leaving = new AbortController()
    const options = { signal: leaving.signal }
    const answers = script.client.subscribe(AppointmentChangesDocument, {}, options)[Symbol.asyncIterator]()
    await answers.next()
    const pending = answers.next()
    leaving.abort(new Error('The user left'))
    await expect(pending).rejects.toThrow('The user left')
    await closed.promise
    const late = script.client.subscribe(AppointmentChangesDocument, {}, options)[Symbol.asyncIterator]()
    await expect(late.next()).rejects.toThrow('The user left')
    expect(script.server.requests).toHaveLength(1)
  })

  test('Leaving the loop ends the connection, and so does return in the middle of it', async () => {
    const closings: Promise<void>[] = []
    const open = (response: ServerResponse) => {
      closings.push(new Promise((resolve) => response.once('close', resolve)))
      stream([change('a')], 'open', '0')(response)
    }
    await using script = await startScript([open, open])
    for await (const _ of script.client.subscribe(AppointmentChangesDocument)) break
    const answers = script.client.subscribe(AppointmentChangesDocument)[Symbol.asyncIterator]()
    await answers.next()
    const pending = answers.next()
    await answers.return?.()
    expect(await pending).toEqual({ done: true, value: undefined })
    await Promise.all(closings)
    expect(closings).toHaveLength(2)
  })

  test('It ends while it waits to reconnect', async () => {
    const leaving = new AbortController()
    await using script = await startScript([stream([], 'broken', '0')], {
      wait: async () => leaving.abort(new Error('The user left')),
    })
    const answers = script.client.subscribe(AppointmentChangesDocument, {}, { signal: leaving.signal })
    await expect(answers[Symbol.asyncIterator]().next()).rejects.toThrow('The user left')
    expect(script.server.requests).toHaveLength(1)
  })
})

describe('A subscription to the product', () => {
  test('A change is typed, costs nothing, and a list that is read in onOpen misses none', async () => {
    await using product = await startProduct({ live: true })
    const client = createClient({ url: `${product.url}/graphql` })
    const { data: rows } = (await product.rest('GET', '/appointments?limit=1&status=confirmed')).body
    const [{ id }] = rows
    const onOpen = async () => void (await product.rest('PATCH', `/appointments/${id}`, { title: 'Moved' }))
    for await (const answer of client.subscribe(AppointmentChangesDocument, {}, { onOpen })) {
      expectTypeOf(answer.data?.appointmentChanged?.appointment).toExtend<
        AppointmentSummary | null | undefined
      >()
      expect(answer).toMatchObject({
        data: { appointmentChanged: { movement: 'CHANGED', appointment: { restId: id, title: 'Moved' } } },
        errors: [],
        upstreamRequests: 0,
      } satisfies Answer<object>)
      break
    }
    expect(product.takeRequests()).toEqual([])
    // @ts-expect-error This operation has no variable `after`.
    client.subscribe(AppointmentDocument, { id })
  })

  test('Every change arrives once and in order over connections that break', async () => {
    await using product = await startProduct({ live: true })
    const { data: rows } = (await product.rest('GET', '/appointments?limit=1&status=confirmed')).body
    const target = `/appointments/${rows[0].id}`
    const rename = (title: string) => product.rest('PATCH', target, { title })
    let broken = new AbortController()
    const client = createClient({
      url: `${product.url}/graphql`,
      fetch: (url, { signal, ...init }) => {
        broken = new AbortController()
        const signals = signal ? [signal, broken.signal] : [broken.signal]
        return fetch(url, { ...init, signal: AbortSignal.any(signals) })
      },
      // While no stream is open, changes still occur.
      wait: ({ attempt }) => rename(`Away ${attempt} ${titles.length}`),
    })
    const titles: (string | null | undefined)[] = []
    const onOpen = async () => void (await rename('First'))
    for await (const { data } of client.subscribe(AppointmentChangesDocument, {}, { onOpen })) {
      titles.push(data?.appointmentChanged?.appointment?.title)
      if (titles.length === 6) break
      broken.abort()
    }
    expect(titles).toEqual(['First', ...[1, 2, 3, 4, 5].map((count) => `Away 1 ${count}`)])
  })

  test('A gateway in the same process serves it, and its stream ends with the loop', async () => {
    await using product = await startProduct({ live: true, gateway: { limits: { MAX_STREAMS: 1 } } })
    const client = createClient({
      url: `${product.url}/graphql`,
      fetch: (url, init) => product.fetch(new Request(url, init)),
    })
    const { data: rows } = (await product.rest('GET', '/appointments?limit=1&status=confirmed')).body
    const onOpen = async () =>
      void (await product.rest('PATCH', `/appointments/${rows[0].id}`, { title: 'Moved' }))
    for await (const { data } of client.subscribe(AppointmentChangesDocument, {}, { onOpen })) {
      expect(data?.appointmentChanged?.appointment?.title).toBe('Moved')
      break
    }
    await expect.poll(() => statusOfStream(product.url), PATIENT).toBe(200)
  })
})
